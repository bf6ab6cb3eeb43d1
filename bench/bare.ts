// The barest thing that compares and swaps: two async functions on a Map.

export interface BareToken {
  readonly resource: string;
  readonly version: number;
  readonly hash: string;
  readonly agent: string;
  readonly at: number;
}

/** Begin and commit as little as they can be: no history, no idempotency, no conflict, two clock readings. */
export class Bare {
  readonly #versions = new Map<string, { version: number; hash: string; agent: string; at: number }>();

  async begin(resource: string, agent: string): Promise<BareToken> {
    const current = this.#versions.get(resource);
    return { resource, version: current?.version ?? 0, hash: current?.hash ?? '', agent, at: Date.now() };
  }

  async commit(token: BareToken, hash: string): Promise<{ ok: boolean; version: number }> {
    const current = this.#versions.get(token.resource);
    if ((current?.version ?? 0) !== token.version) return { ok: false, version: current?.version ?? 0 };
    const version = token.version + 1;
    this.#versions.set(token.resource, { version, hash, agent: token.agent, at: Date.now() });
    return { ok: true, version };
  }
}
