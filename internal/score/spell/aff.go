package spell

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// affReader reads an .aff file. Hunspell reads it twice: once for what the
// words of the .dic file need, once for the rest. The first reading stops at
// the first affix, if it has seen REP by then.
type affReader struct {
	*lines
	sets     *flagSets
	roots    rootOptions
	options  *options
	seen     map[string]bool // keywords of options and tables that come once
	prefixes []affix
	suffixes []affix
	follows  [1 << 10]uint64 // flags of affixes that join affixes, as bits
	followed bool            // there is an affix with flags of its own
	strings  map[string]string
}

// rootOptions are what Hunspell's HashMgr knows of an .aff file.
type rootOptions struct {
	flags                      flagType
	forbidden                  flag
	encoding, language, ignore string
	complexPrefixes            bool
	aliases                    []setID  // AF
	morphology                 []string // AM
	replacements               []replacement
}

// replacement is a typical mistake, from REP or a word's ph: field.
type replacement struct{ wrong, right string }

func newAffReader(name string, data []byte) (*affReader, error) {
	in, err := newLines(name, data)
	if err != nil {
		return nil, err
	}
	r := &affReader{
		lines: in, sets: newFlagSets(), options: &options{forbidden: defaultForbid},
		seen: map[string]bool{}, strings: map[string]string{},
	}
	r.roots.forbidden = defaultForbid
	r.options.compound.min, r.options.compound.wordMax = -1, -1
	return r, nil
}

func (r *affReader) read() error {
	start := *r.lines
	if err := r.readRootOptions(); err != nil {
		return err
	}
	*r.lines = start
	clear(r.seen)
	for line, ok := r.next(); ok; line, ok = r.next() {
		if err := r.readLine(line); err != nil {
			return err
		}
	}
	return r.finish()
}

// readRootOptions is hashmgr.cxx, load_config.
func (r *affReader) readRootOptions() error {
	// Rows of tables other than these three pass by as unknown lines.
	for line, ok := r.next(); ok; line, ok = r.next() {
		var err error
		switch {
		case keyword(line, "FLAG") && len(line) > 4 && blank(line[4]):
			err = r.readFlagType(line)
		case keyword(line, "FORBIDDENWORD"):
			r.roots.forbidden, err = r.flagOf(line)
		case keyword(line, "SET"):
			err = r.readText(line, "SET", &r.roots.encoding)
		case keyword(line, "LANG"):
			err = r.readText(line, "LANG", &r.roots.language)
		case keyword(line, "IGNORE"):
			err = r.readText(line, "IGNORE", &r.roots.ignore)
		case keyword(line, "AF") && len(line) > 2 && blank(line[2]):
			err = r.readAliases(line)
		case keyword(line, "AM") && len(line) > 2 && blank(line[2]):
			err = r.readMorphology(line)
		case keyword(line, "COMPLEXPREFIXES"):
			r.roots.complexPrefixes = true
		case keyword(line, "REP"):
			err = r.readReplacements(line)
		case isAffix(line) && len(line) > 3 && blank(line[3]) && r.seen["REP"]:
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isAffix tells a line of an affix by its keyword alone.
func isAffix(line []byte) bool { return keyword(line, "PFX") || keyword(line, "SFX") }

// readFlagType takes the last of the known names that the line holds, as
// Hunspell does; without one Hunspell goes on with one-byte flags.
func (r *affReader) readFlagType(line []byte) error {
	known := false
	for _, t := range []struct {
		name string
		is   flagType
	}{{"long", flagLong}, {"num", flagNumber}, {"UTF-8", flagUTF8}} {
		if bytes.Contains(line, []byte(t.name)) {
			r.roots.flags, known = t.is, true
		}
	}
	if !known {
		return r.errorf("unknown flag type %q, must be long, num or UTF-8", bytes.TrimSpace(line[4:]))
	}
	return nil
}

// readLine is one turn of affixmgr.cxx, parse_file.
func (r *affReader) readLine(line []byte) error {
	if isAffix(line) {
		return r.readAffix(line)
	}
	o := r.options
	for _, s := range switchOptions {
		if keyword(line, s.keyword) {
			*s.of(o) = true
			return nil
		}
	}
	for _, t := range textOptions {
		if keyword(line, t.keyword) {
			return r.readText(line, t.keyword, t.of(o))
		}
	}
	for _, n := range numberOptions {
		if keyword(line, n.keyword) {
			return r.readNumber(line, n.keyword, n.of(o))
		}
	}
	for _, name := range unusedOptions {
		if keyword(line, name) {
			return r.readText(line, name, new(string))
		}
	}
	for _, f := range flagOptions {
		if keyword(line, f.keyword) {
			return r.readFlag(line, f.of(o))
		}
	}
	return r.readTable(line)
}

// value is the second field of a line; what follows it is taken for a comment.
func (r *affReader) value(line []byte) ([]byte, error) {
	parts := fields(line)
	if len(parts) < 2 {
		return nil, r.errorf("%s has no value", line)
	}
	return parts[1], nil
}

// once refuses an option or table given again, where Hunspell stops reading.
func (r *affReader) once(name string) error {
	if r.seen[name] {
		return r.errorf("%s is given twice", name)
	}
	r.seen[name] = true
	return nil
}

func (r *affReader) readText(line []byte, name string, to *string) error {
	value, err := r.value(line)
	if err != nil {
		return err
	}
	*to = string(value)
	return r.once(name)
}

func (r *affReader) readNumber(line []byte, name string, to *int) error {
	value, err := r.value(line)
	if err != nil {
		return err
	}
	*to = number(value)
	return r.once(name)
}

func (r *affReader) flagOf(line []byte) (flag, error) {
	value, err := r.value(line)
	if err != nil {
		return 0, err
	}
	return r.oneFlag(value)
}

func (r *affReader) oneFlag(text []byte) (flag, error) {
	f, err := r.roots.flags.decodeOne(text)
	if err != nil {
		return 0, r.errorf("%v", err)
	}
	return f, nil
}

// readFlag reads an option that is a flag. FORBIDDENWORD has a default that does
// not count as given; NEEDAFFIX and its old name PSEUDOROOT are one.
func (r *affReader) readFlag(line []byte, to *flag) error {
	if *to != 0 && *to != defaultForbid {
		return r.errorf("%s is given twice", fields(line)[0])
	}
	f, err := r.flagOf(line)
	*to = f
	return err
}

// finish checks what the two readings agree on and sets what was not given.
func (r *affReader) finish() error {
	o, roots := r.options, &r.roots
	if o.encoding != roots.encoding || o.language != roots.language || o.ignore != roots.ignore ||
		o.complexPrefixes != roots.complexPrefixes {
		return r.errorf("SET, LANG, IGNORE and COMPLEXPREFIXES must come before affixes: Hunspell reads words without them here")
	}
	if o.encoding == "" {
		o.encoding = "ISO8859-1" // SPELL_ENCODING
	}
	if o.compound.min == -1 {
		o.compound.min = 3 // MINCPDLEN
	}
	o.compound.min = max(o.compound.min, 1)
	if !r.seen["BREAK"] {
		o.breaks = []string{"-", "^-", "-$"}
	}
	slices.Sort(o.compound.vowels)
	return nil
}

// wide tells whether characters can have several bytes.
func (r *affReader) wide() bool { return r.options.encoding == "UTF-8" }

// text checks what goes into answers: bytes that are no characters could
// never be asked for.
func (r *affReader) text(line []byte) error {
	if r.wide() && !utf8.Valid(line) {
		return r.errorf("%q is not UTF-8, which SET names", line)
	}
	return nil
}

// intern keeps one copy of a string: rules repeat their parts.
func (r *affReader) intern(text []byte) string {
	if s, ok := r.strings[string(text)]; ok {
		return s
	}
	s := string(text)
	r.strings[s] = s
	return s
}
