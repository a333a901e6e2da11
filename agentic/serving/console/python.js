// Python source in coloured pieces. A piece is [kind, text]; the texts together are the source, whatever it holds.

const KEYWORDS = new Set(
  ("False None True and as assert async await break case class continue def del elif else except finally for from global if import in is " +
    "lambda match nonlocal not or pass raise return try while with yield").split(" "),
);
const PIECE = new RegExp(
  [
    "(?<string>\\b[rRbBfFuU]{0,2}(?:\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?))",
    "(?<comment>#[^\\n]*)",
    "(?<number>\\b(?:0[xXoObB][\\da-fA-F_]+|\\d[\\d_]*(?:\\.[\\d_]+)?(?:[eE][+-]?\\d+)?)\\b)",
    "(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)",
    "(?<decorator>@[\\p{L}_][\\p{L}\\p{N}_.]*)",
  ].join("|").replace("\\b[rRbBfFuU]", "(?<![\\p{L}\\p{N}_])[rRbBfFuU]"),
  "gu",
);

/** The lines of a script, each a list of pieces. A string over several lines is coloured in each. */
export function lines(source) {
  const found = [[]];
  const put = (kind, text) => {
    text.split("\n").forEach((part, index) => {
      if (index) found.push([]);
      if (part) found.at(-1).push([kind, part]);
    });
  };
  let at = 0;
  for (const match of source.matchAll(PIECE)) {
    put("", source.slice(at, match.index));
    put(kindOf(match, source), match[0]);
    at = match.index + match[0].length;
  }
  put("", source.slice(at));
  if (found.length > 1 && !found.at(-1).length) found.pop();
  return found;
}

function kindOf({ groups, index, 0: text }, source) {
  if (groups.string !== undefined) return "string";
  if (groups.comment !== undefined) return "comment";
  if (groups.number !== undefined) return "number";
  if (groups.decorator !== undefined) return "name";
  if (KEYWORDS.has(text)) return "keyword";
  return source[index + text.length] === "(" ? "name" : "";
}
