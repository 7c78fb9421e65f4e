package parse

// markup is how a tag is written, or what it is called if not in HTML.
type markup uint8

const (
	markupNone markup = iota
	markupItalics
	markupBold
	markupList
	markupTerm
	markupDefinition
	markupRule
	markupTable
	markupRow
	markupHeader
	markupData
)

// markupTags are the names of the tags that markup stands for.
var markupTags = [...]string{
	markupItalics: "i", markupBold: "b", markupList: "li", markupTerm: "dt", markupDefinition: "dd",
	markupRule: "hr", markupTable: "table", markupRow: "tr", markupHeader: "th", markupData: "td",
}

// listMarkup returns what a list marker stands for.
func listMarkup(marker byte) markup {
	switch marker {
	case ';':
		return markupTerm
	case ':':
		return markupDefinition
	}
	return markupList
}
