package feature

// kind is what an expression yields.
type kind uint8

const (
	kindInt        kind = iota
	kindFloat           // a float64
	kindBool            //
	kindText            // a string, or none
	kindString          // a list of strings
	kindTokens          // tokens of a text, usable as a list of strings
	kindNodes           // nodes of a text's markup
	kindInts            // a list of ints
	kindFloats          // a list of floats
	kindTable           // how often each string of a list occurs
	kindDelta           // the differences of two tables
	kindProp            // the same in proportion to the old counts
	kindTime            // an instant, or none
	kindBytes           // a text's bytes
	kindList            // constants, as they stand in the expression
	kindQuoted          // a constant string
	kindAsset           // a lexicon that comes with the model
	kindEntries         // a part of an item, usable as a list of its names
	kindChanges         // what differs in that part of two items
	kindStatements      // statements of an item
	kindSnaks           // what is inside of their references, or qualifies them
	kindWords           // a set of words that comes with the model
	kindDictionary      // a spelling dictionary that comes with the model
	kindPhrases         // a set of phrases that does
	kindConversion      // a table of characters that does
)

func (k kind) String() string {
	return [...]string{
		"an int", "a float", "a bool", "a text", "strings", "tokens", "nodes",
		"ints", "floats", "a table", "a delta", "a proportional delta", "a time",
		"bytes", "a list of constants", "a quoted string", "a lexicon",
		"a part of an item", "changes", "statements", "snaks", "words",
		"a dictionary", "phrases", "a conversion",
	}[k]
}

// kinds is a set of kinds.
type kinds uint32

func kindsOf(list ...kind) kinds {
	var set kinds
	for _, k := range list {
		set |= 1 << k
	}
	return set
}

func (s kinds) has(k kind) bool { return s>>k&1 != 0 }

// Sets that functions take.
const (
	scalars kinds = 1<<kindInt | 1<<kindFloat | 1<<kindBool
	strs    kinds = 1<<kindString | 1<<kindTokens | 1<<kindEntries
	numbers kinds = 1<<kindInts | 1<<kindFloats
)

// roots are the parts of the input that an expression reads, as a set.
type roots uint16

const (
	rootText roots = 1 << iota
	rootParent
	rootUser
	rootTimestamp
	rootComment
	rootPage
	rootHistory
	rootParentTokens // the parent's text is cut into tokens
	rootParentMarkup // or parsed
	rootItem         // a text is read as an item
)
