// Package expr is the syntax of feature expressions: a tree, a parser and a
// printer. What the names mean is package feature's business; here none is
// checked, neither names nor numbers of arguments nor types.
//
//	expr     = and { "or" and }
//	and      = not { "and" not }
//	not      = "not" not | compare
//	compare  = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
//	sum      = product { ( "+" | "-" ) product }
//	product  = primary { ( "*" | "/" ) primary }
//	primary  = number | string | list | asset | name | call | "(" expr ")"
//	call     = ident "(" [ expr { "," expr } ] ")"
//	name     = ident { "." ident }                          revision.parent.text
//	asset    = "@" ident { "." ident }                      @english.badwords
//	list     = "[" [ constant { "," constant } ] "]"        constants: numbers, strings
//	number   = [ "-" ] digits [ "." digits ] [ exponent ] | "true" | "false"
//	string   = a JSON string
//	ident    = an ASCII letter or "_", then letters, digits, "_"
//
// White space may stand between all of these. A list is a set: it is sorted and
// has no duplicates from the moment it is made. "and", "or", "not", "true" and
// "false" are no names.
//
// The printed form is canonical: what [Node.String] writes parses to the same
// tree, and two trees print alike only if they are equal. It is therefore also
// the key under which equal parts of many expressions are found.
//
// Limits: [MaxSource] bytes, as written and as printed, and [MaxDepth] levels,
// both of brackets and of the tree. A consumer may recurse over what [Parse]
// returned without a thought for its stack. A parser by hand and not a generated
// one: the grammar is ten lines, and errors carry their place.
package expr
