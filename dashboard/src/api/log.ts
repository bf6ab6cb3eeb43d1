// The calls about the log: its pages, its check, its export.
import { faultOf } from './fault.ts';
import { ask, send } from './request.ts';
import type { Head, Page } from './types.ts';

export interface LogEntry {
  readonly revision: number;
  /** To go on from, here and in the feed. */
  readonly cursor: string;
  readonly agent: string;
  readonly commitId: string;
  readonly at: number;
  /** What it wrote. */
  readonly heads: readonly Head[];
  /** What it compared. */
  readonly guards: readonly { readonly resource: string; readonly revision: number; readonly hash: string }[];
  readonly meta: {
    readonly outcome: string;
    readonly note?: string;
    readonly strategy?: string;
    readonly reason?: string;
    readonly conflictId?: string;
    /** Who was behind the agent, where that was somebody else. */
    readonly principal?: string;
    readonly overwrote?: { readonly version: number; readonly agent: string };
  };
}

export interface LogReach {
  readonly epoch: string;
  /** The newest revision. */
  readonly revision: number;
  /** Entries up to here are gone. */
  readonly trimmed: number;
}

export function readLogReach(): Promise<LogReach> {
  return ask<LogReach>({ path: '/audit/head' });
}

/** Entries after a cursor, oldest first. */
export async function readLog(cursor: string, limit: number): Promise<readonly LogEntry[]> {
  return (await ask<Page<LogEntry>>({ path: '/audit', query: { cursor, limit } })).items;
}

/** The whole log as the server writes it down: CSV whose cells no spreadsheet runs. */
export async function exportLog(): Promise<Blob> {
  const response = await send({ path: '/audit/export' });
  if (!response.ok) throw faultOf(response.status, await response.json().catch(() => undefined));
  return response.blob();
}

/** A check of the whole log: it runs on the server, one at a time. */
export interface Verification {
  /** `failed`: it could not be carried through, which says nothing of the log. */
  readonly state: 'none' | 'running' | 'done' | 'failed';
  readonly fault?: { readonly code: string; readonly message: string };
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly checked: number;
  readonly of: number;
  readonly report?: {
    readonly ok: boolean;
    readonly entries: number;
    readonly resources: number;
    readonly contents: number;
    readonly conflicts: number;
    readonly trimmed: number;
    /** The first fault that was found. */
    readonly first?: {
      readonly rule: string;
      readonly message: string;
      readonly revision?: number;
      readonly resource?: string;
    };
  };
}

export function startVerification(): Promise<Verification> {
  return ask<Verification>({ method: 'POST', path: '/audit/verify', body: {} });
}

export function readVerification(): Promise<Verification> {
  return ask<Verification>({ path: '/audit/verify' });
}
