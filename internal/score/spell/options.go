package spell

// options are what an .aff file sets apart from affixes. A flag is 0 and a
// number -1 until set, as in Hunspell.
type options struct {
	encoding, language, ignore           string
	complexPrefixes, fullStrip           bool
	checkSharps, forbidWarn              bool
	needAffix, onlyInCompound, circumfix flag
	keepCase, forceUpper, forbidden      flag
	warn                                 flag

	compound compoundOptions
	breaks   []string
	input    *conversion // ICONV
}

// compoundOptions say which words are joined, and which joints are wrong.
type compoundOptions struct {
	flag, begin, middle, end, root flag
	permit, forbid                 flag
	moreSuffixes, dup, rep         bool
	upperLower, triple, simple     bool // CHECKCOMPOUNDCASE, CHECKCOMPOUNDTRIPLE, SIMPLIFIEDTRIPLE
	min, wordMax, maxSyllables     int
	vowels                         []uint16 // sorted; bytes in an 8-bit encoding
	syllableFlags                  string
	patterns                       []compoundPattern
	replaced                       bool // a pattern has an instead
	rules                          [][]flag
}

// compoundPattern is a CHECKCOMPOUNDPATTERN: an end and a begin that may not
// meet or, with instead, what is written when they do.
type compoundPattern struct {
	end, begin, instead string
	endFlag, beginFlag  flag
}

// possible tells whether words are joined at all (affixmgr.cxx, get_compound).
func (c *compoundOptions) possible() bool {
	return c.flag != 0 || c.begin != 0 || len(c.rules) > 0
}

// The options by keyword and kind. A line has the keyword at its very start;
// anything may follow it there, so that COMPOUNDMINIMUM is COMPOUNDMIN.

var flagOptions = []struct {
	keyword string
	of      func(*options) *flag
}{
	{"COMPOUNDFLAG", func(o *options) *flag { return &o.compound.flag }},
	{"COMPOUNDBEGIN", func(o *options) *flag {
		if o.complexPrefixes { // words are kept backwards
			return &o.compound.end
		}
		return &o.compound.begin
	}},
	{"COMPOUNDMIDDLE", func(o *options) *flag { return &o.compound.middle }},
	{"COMPOUNDEND", func(o *options) *flag {
		if o.complexPrefixes {
			return &o.compound.begin
		}
		return &o.compound.end
	}},
	{"COMPOUNDROOT", func(o *options) *flag { return &o.compound.root }},
	{"COMPOUNDPERMITFLAG", func(o *options) *flag { return &o.compound.permit }},
	{"COMPOUNDFORBIDFLAG", func(o *options) *flag { return &o.compound.forbid }},
	{"FORBIDDENWORD", func(o *options) *flag { return &o.forbidden }},
	{"CIRCUMFIX", func(o *options) *flag { return &o.circumfix }},
	{"ONLYINCOMPOUND", func(o *options) *flag { return &o.onlyInCompound }},
	{"PSEUDOROOT", func(o *options) *flag { return &o.needAffix }},
	{"NEEDAFFIX", func(o *options) *flag { return &o.needAffix }},
	{"KEEPCASE", func(o *options) *flag { return &o.keepCase }},
	{"FORCEUCASE", func(o *options) *flag { return &o.forceUpper }},
	{"WARN", func(o *options) *flag { return &o.warn }},
}

var numberOptions = []struct {
	keyword string
	of      func(*options) *int
}{
	{"COMPOUNDWORDMAX", func(o *options) *int { return &o.compound.wordMax }},
	{"COMPOUNDMIN", func(o *options) *int { return &o.compound.min }},
}

var textOptions = []struct {
	keyword string
	of      func(*options) *string
}{
	{"SET", func(o *options) *string { return &o.encoding }},
	{"LANG", func(o *options) *string { return &o.language }},
	{"IGNORE", func(o *options) *string { return &o.ignore }},
	{"SYLLABLENUM", func(o *options) *string { return &o.compound.syllableFlags }},
}

var switchOptions = []struct {
	keyword string
	of      func(*options) *bool
}{
	{"COMPLEXPREFIXES", func(o *options) *bool { return &o.complexPrefixes }},
	{"COMPOUNDMORESUFFIXES", func(o *options) *bool { return &o.compound.moreSuffixes }},
	{"CHECKCOMPOUNDDUP", func(o *options) *bool { return &o.compound.dup }},
	{"CHECKCOMPOUNDREP", func(o *options) *bool { return &o.compound.rep }},
	{"CHECKCOMPOUNDTRIPLE", func(o *options) *bool { return &o.compound.triple }},
	{"SIMPLIFIEDTRIPLE", func(o *options) *bool { return &o.compound.simple }},
	{"CHECKCOMPOUNDCASE", func(o *options) *bool { return &o.compound.upperLower }},
	{"FULLSTRIP", func(o *options) *bool { return &o.fullStrip }},
	{"FORBIDWARN", func(o *options) *bool { return &o.forbidWarn }},
	{"CHECKSHARPS", func(o *options) *bool { return &o.checkSharps }},
}

// unusedOptions have no effect on a check, but Hunspell reads no further after
// one without value or given twice.
var unusedOptions = []string{
	"KEY", "TRY", "WORDCHARS", "NOSUGGEST", "NONGRAMSUGGEST", "LEMMA_PRESENT", "SUBSTANDARD",
	"MAXNGRAMSUGS", "MAXDIFF", "MAXCPDSUGS",
}
