// Questions that many ask the store at the same moment: the losers of one batch all want the policy and the version that
// they began from. Who asks in the same turn of the event loop, while the first one's question is on its way, shares its
// answer. Nobody gets an answer to a question that was put before anything that they knew of.
import { setImmediate } from 'node:timers';

export class Shared<T> {
  readonly #asked = new Map<string, Promise<T>>();

  ask(key: string, question: () => Promise<T>): Promise<T> {
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const answer = question();
    this.#asked.set(key, answer);
    const forget = (): void => {
      if (this.#asked.get(key) === answer) this.#asked.delete(key);
    };
    answer.then(forget, forget);
    setImmediate(forget);
    return answer;
  }
}
