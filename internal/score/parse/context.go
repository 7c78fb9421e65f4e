package parse

// context says what a stack of tokens is inside of, and what has been seen of
// it. The names and the bits' meanings are those of
// parser/ctokenizer/contexts.h; the code that reads them follows tok_parse.c
// statement by statement, since every order of tests there decides something.
type context uint64

const (
	inTemplateName context = 1 << iota
	inTemplateKey
	inTemplateValue
	inArgumentName
	inArgumentDefault
	inWikilinkTitle
	inWikilinkText
	inLinkURI
	inLinkTitle
	inHeading1 // headings of level 2 to 6 are the bits behind
	inHeading2
	inHeading3
	inHeading4
	inHeading5
	inHeading6
	inTagOpen
	inTagAttr
	inTagBody
	inTagClose
	inItalics
	inBold
	passAgain // bold failed in italics: try them with bold ticks as text
	secondPass
	inTerm // ";term", where ':' starts the definition
	hasText
	failOnText
	failNext
	failOnLeftBrace
	failOnRightBrace
	failOnEquals
	hasTemplate
	inTable
	inCell
	cellStyle // a '|' would end the cell's attributes
	inRow
	inDataLine   // of a line of td cells
	inHeaderLine // of a line of th cells
)

const (
	inTemplate = inTemplateName | inTemplateKey | inTemplateValue
	inArgument = inArgumentName | inArgumentDefault
	inWikilink = inWikilinkTitle | inWikilinkText
	inHeading  = inHeading1 | inHeading2 | inHeading3 | inHeading4 | inHeading5 | inHeading6
	inStyle    = inItalics | inBold | passAgain | secondPass
	inTag      = inTagOpen | inTagAttr | inTagBody | inTagClose

	// cellLine is what a line end ends.
	cellLine = cellStyle | inDataLine | inHeaderLine

	// mustClose are the contexts that the end of the text makes fail.
	mustClose = inTemplate | inArgument | inWikilink | inLinkTitle | inHeading | inTag | inStyle | inTable

	// unsafe are the contexts in which some characters fail.
	unsafe = inTemplateName | inWikilinkTitle | inLinkTitle | inTemplateKey | inArgumentName

	// double are the contexts whose stack lies on another of the same node.
	double = inTemplateKey | inTagClose | inRow

	noWikilinks      = inTemplateName | inArgumentName | inWikilinkTitle | inLinkURI
	noExternalLinks  = inTemplateName | inArgumentName | inWikilinkTitle | inLinkURI | inLinkTitle
	pendingFail      = failNext | failOnText | failOnLeftBrace | failOnRightBrace | failOnEquals
	headerOrDataLine = inHeaderLine | inDataLine

	// anywhere is in every context that stops is asked for.
	anywhere context = 1 << 63
)
