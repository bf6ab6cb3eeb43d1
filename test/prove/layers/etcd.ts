// L7: three nodes of etcd under kills, pauses, partitions and a full quota. There is no such store in this version.
import { Absent, type Layer } from '../frame.ts';

export const etcd: Layer = {
  id: 'L7',
  title: 'etcd: leaders killed and paused, partitions, compaction, a full quota',
  async run() {
    throw new Absent('there is no etcd store in this version');
  },
};
