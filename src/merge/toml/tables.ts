// The tables of a TOML document while it is read: what each name means, in the order in which names first appear, and
// which names may not be said again. Members are kept in lists of integers, not in an object for each table.
import { Ints } from '../mirror/ints.ts';
import { Unmirrored } from '../mirror/mirror.ts';

/** A member: the number of a row, or `~` the number of a table or an array of tables. */
export type Member = number;

export const ROOT_TABLE = 0;
/** Where names of rows do not count as the origin of a table. */
const BY_HEADER = -1;
const NONE = -1;
/** Tables of more members have a map of their names. */
const FEW = 16;

export class Tables {
  readonly #names: string[] = [];
  readonly #members = new Ints();
  readonly #nexts = new Ints();
  readonly #isArray: boolean[] = [];
  readonly #firsts = new Ints();
  readonly #lasts = new Ints();
  readonly #counts = new Ints();
  /** The section whose rows speak of a table by their names; `BY_HEADER` for others. */
  readonly #origins = new Ints();
  readonly #headers = new Ints();
  readonly #byName = new Map<number, Map<string, number>>();
  readonly #isStrict: boolean;

  /** `isStrict`: refuse what TOML refuses. Without, what the caller's parser took is taken as far as it goes. */
  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
    this.#make(false, BY_HEADER);
  }

  /** The table that a header speaks of. Throws `Unmirrored` where it may not. */
  header(names: readonly string[], isArray: boolean, chunk: number): number {
    let table = ROOT_TABLE;
    for (const name of names.slice(0, -1)) table = this.#inside(this.#container(table, name, false, BY_HEADER));
    let owner = this.#container(table, names.at(-1) ?? '', isArray, BY_HEADER);
    if (this.#isArray[owner] !== isArray) throw new Unmirrored('a name comes twice');
    if (isArray) {
      const element = this.#make(false, BY_HEADER);
      this.#add(owner, '', ~element);
      owner = element;
    }
    if (this.#headers.at(owner) !== NONE) throw new Unmirrored('a table comes twice');
    if (this.#isStrict && this.#origins.at(owner) !== BY_HEADER) throw new Unmirrored('a table comes twice');
    this.#headers.set(owner, chunk);
    return owner;
  }

  /** Makes a row known to the table of its section. Throws `Unmirrored` where it may not be there. */
  row(owner: number, names: readonly string[], row: number, section: number): void {
    let table = owner;
    for (const name of names.slice(0, -1)) {
      table = this.#container(table, name, false, section);
      if (this.#isArray[table] === true) throw new Unmirrored('a name comes twice');
      if (this.#isStrict && this.#origins.at(table) !== section) throw new Unmirrored('a table comes twice');
    }
    const name = names.at(-1) ?? '';
    if (this.#find(table, name) !== undefined) throw new Unmirrored('a name comes twice');
    this.#add(table, name, row);
  }

  isArray(table: number): boolean {
    return this.#isArray[table] === true;
  }

  /** The chunk of its header, -1 where it has none. */
  headerOf(table: number): number {
    return this.#headers.at(table);
  }

  /** Members in order; elements of an array have the name ''. */
  *membersOf(table: number): Generator<readonly [string, Member]> {
    for (let at = this.#firsts.at(table); at !== NONE; at = this.#nexts.at(at)) {
      yield [this.#names[at] ?? '', this.#members.at(at)];
    }
  }

  /** How many tables and arrays of tables there are. */
  get size(): number {
    return this.#isArray.length;
  }

  /** Characters of all names and brackets as JSON, if no name needs an escape. */
  get length(): number {
    return this.#names.reduce((sum, name) => sum + name.length + 4, this.size * 2);
  }

  /** Gives back what it kept: nothing is asked of it any more. */
  end(): void {
    this.#names.length = 0;
    this.#byName.clear();
  }

  #make(isArray: boolean, origin: number): number {
    for (const list of [this.#firsts, this.#lasts, this.#headers]) list.push(NONE);
    this.#counts.push(0);
    this.#origins.push(origin);
    return this.#isArray.push(isArray) - 1;
  }

  #container(table: number, name: string, isArray: boolean, origin: number): number {
    const found = this.#find(table, name);
    if (found !== undefined) {
      if (found >= 0) throw new Unmirrored('a name comes twice');
      return ~found;
    }
    const made = this.#make(isArray, origin);
    this.#add(table, name, ~made);
    return made;
  }

  /** What a header means by the name of an array of tables: its last element. */
  #inside(table: number): number {
    if (this.#isArray[table] !== true) return table;
    const last = this.#lasts.at(table);
    if (last === NONE) throw new Unmirrored('a name comes twice');
    return ~this.#members.at(last);
  }

  #find(table: number, name: string): Member | undefined {
    const byName = this.#byName.get(table);
    if (byName !== undefined) {
      const at = byName.get(name);
      return at === undefined ? undefined : this.#members.at(at);
    }
    for (let at = this.#firsts.at(table); at !== NONE; at = this.#nexts.at(at)) {
      if (this.#names[at] === name) return this.#members.at(at);
    }
    return undefined;
  }

  #add(table: number, name: string, member: Member): void {
    const at = this.#members.push(member);
    this.#names.push(name);
    this.#nexts.push(NONE);
    const last = this.#lasts.at(table);
    if (last === NONE) this.#firsts.set(table, at);
    else this.#nexts.set(last, at);
    this.#lasts.set(table, at);
    const count = this.#counts.at(table) + 1;
    this.#counts.set(table, count);
    if (this.#isArray[table] === true || count < FEW) return;
    const byName = this.#byName.get(table) ?? this.#indexed(table);
    byName.set(name, at);
  }

  #indexed(table: number): Map<string, number> {
    const byName = new Map<string, number>();
    for (let at = this.#firsts.at(table); at !== NONE; at = this.#nexts.at(at)) byName.set(this.#names[at] ?? '', at);
    this.#byName.set(table, byName);
    return byName;
  }
}
