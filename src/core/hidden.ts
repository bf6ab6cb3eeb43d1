// Characters that nobody sees or that act on who shows them: controls, ends of lines, invisible ones, those that change the
// direction of what follows, tags. No name has them, and a text of others is shown without them.

/** Each of them, for taking out. */
export const HIDDEN: RegExp =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
