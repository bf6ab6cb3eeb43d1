// The screens, in the order of the navigation. Those that are not needed at first are loaded when they are opened.
import type { ComponentType } from 'preact';
import { QueueScreen } from '../screens/queue/queue.tsx';

export interface ScreenProps {
  /** The rest of the address, such as the id of a conflict. */
  readonly of: string;
}

export type ScreenComponent = ComponentType<ScreenProps>;

export interface ScreenEntry {
  /** In the address: `#/queue`. */
  readonly name: string;
  readonly title: string;
  /** After `g`. Without one it is not in the navigation. */
  readonly key?: string;
  /** Loaded already, or on demand. */
  readonly component?: ScreenComponent;
  readonly load?: () => Promise<ScreenComponent>;
}

export const SCREENS: readonly ScreenEntry[] = [
  { name: 'queue', title: 'Queue', key: 'q', component: QueueScreen },
  {
    ...{ name: 'conflicts', title: 'Conflict' },
    load: () => import('../screens/conflict/conflict.tsx').then(({ ConflictScreen }) => ConflictScreen),
  },
  {
    ...{ name: 'activity', title: 'Activity', key: 'a' },
    load: () => import('../screens/activity/activity.tsx').then(({ ActivityScreen }) => ActivityScreen),
  },
  {
    ...{ name: 'resources', title: 'Resources', key: 'r' },
    load: () => import('../screens/resource/resource.tsx').then(({ ResourceScreen }) => ResourceScreen),
  },
  {
    ...{ name: 'policy', title: 'Policy', key: 'p' },
    load: () => import('../screens/policy/policy.tsx').then(({ PolicyScreen }) => PolicyScreen),
  },
  {
    ...{ name: 'keys', title: 'Agents and keys', key: 'k' },
    load: () => import('../screens/keys/keys.tsx').then(({ KeysScreen }) => KeysScreen),
  },
  {
    ...{ name: 'health', title: 'Health', key: 'h' },
    load: () => import('../screens/health/health.tsx').then(({ HealthScreen }) => HealthScreen),
  },
  {
    ...{ name: 'audit', title: 'Audit', key: 'u' },
    load: () => import('../screens/audit/audit.tsx').then(({ AuditScreen }) => AuditScreen),
  },
  {
    ...{ name: 'connect', title: 'Connect', key: 'c' },
    load: () => import('../screens/connect/connect.tsx').then(({ ConnectScreen }) => ConnectScreen),
  },
];
