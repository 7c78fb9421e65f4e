package feature

import (
	"time"

	"revscore/internal/score/change"
	"revscore/internal/score/feature/expr"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/parse"
	"revscore/internal/score/pattern"
	"revscore/internal/score/phrase"
	"revscore/internal/score/wikibase"
	"revscore/internal/score/wikitext"
)

// node is an expression that was understood: what it yields and the function that
// yields it, of the field for its kind. Equal expressions of a plan are one node,
// so its value is computed once.
type node struct {
	kind  kind
	roots roots
	slot  int // of its value among those of its kind that the solver keeps
	ident ident

	scalar  func(*solver) (Value, error)            // kindInt, kindFloat, kindBool
	text    func(*solver) (text, error)             // kindText
	strings func(*solver) ([]string, error)         // kindString, kindTokens, kindEntries
	each    func(*solver, func(string) error) error // the same one by one, where there may be a million
	tokens  func(*solver) (tokens, error)           // kindTokens
	nodes   func(*solver) (nodes, error)            // kindNodes
	numbers func(*solver) ([]float64, error)        // kindInts, kindFloats without changes
	deltas  func(*solver) ([]change.Delta, error)   // kindDelta, kindProp
	runes   func(*solver) (int, error)              // kindText: its length, where that is cheaper than the text
	chars   func(*solver) (int, error)              // kindString: their length, where that needs no list
	bytes   func(*solver) (int, error)              // kindBytes
	time    func(*solver) (time.Time, bool, error)  // kindTime; false: none

	facts func(*solver) (facts, error) // kindChanges, kindStatements, kindSnaks

	constants  []*expr.Node     // kindList, kindQuoted
	lexicon    *pattern.Lexicon // kindAsset
	dictionary Speller          // kindDictionary
	phrases    *phrase.Set      // kindPhrases
	conversion *hanzi.Table     // kindConversion
	words      map[string]bool  // kindWords
	part       wikibase.Part    // kindEntries, kindChanges: which
	items      *node            // kindTable: what is counted
	old        *node            // kindDelta, kindProp: the table compared with
	changes    *changes         // kindInts, kindFloats: the differences whose values they are
	selection  *selection       // kindTokens, and kindString made of them: which
	of         textRoot         // whose tokens those are
}

// ident names a node within its plan.
type ident int

// textRoot is a text that is kept with what was made of it.
type textRoot uint8

const (
	noRoot textRoot = iota
	revisionRoot
	parentRoot
)

// text is a string; absent is the reference's None.
type text struct {
	string
	absent bool
}

// tokens are those tokens of a document that a node's selection selects: of all
// or, if some is set, of the spans.
type tokens struct {
	document *wikitext.Document
	spans    []wikitext.Span
	some     bool
}

// nodes are those of a page that have a kind and, if not 0, a level.
type nodes struct {
	page  *parse.Page
	kind  parse.Kind
	level int
}
