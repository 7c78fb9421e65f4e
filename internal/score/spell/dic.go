package spell

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// rootReader reads a .dic file: a number of words and a word a line, with
// flags behind a slash and fields of morphology behind blanks.
type rootReader struct {
	*lines
	d     *Dictionary
	roots *rootOptions
	aff   *affReader // for flags and errors, at the lines of the .dic file
	found []replacement

	sloppy      int // words with flags that are no numbers
	sloppyError error
}

// readRoots is hashmgr.cxx, load_tables.
func (d *Dictionary) readRoots(name string, data []byte, roots *rootOptions) error {
	in, err := newLines(name, data)
	if err != nil {
		return err
	}
	r := &rootReader{lines: in, d: d, roots: roots, aff: &affReader{lines: in, sets: d.sets, roots: *roots}}
	first, ok := in.next()
	if !ok {
		in.number = 1
		return in.errorf("the file is empty")
	}
	// Trailing text is common: a tab, a slash with a date.
	announced := number(bytes.TrimLeft(first, " \t"))
	if announced <= 0 {
		return in.errorf("%.40q is no number of words", first)
	}
	count := 0
	for line, ok := in.next(); ok; line, ok = in.next() {
		if err := r.readRoot(line); err != nil {
			return err
		}
		count++
	}
	// Debian's files are up to 33 words short of what they announce (fr) or
	// hundreds over it (he). Far fewer means that the end is missing.
	if count < announced-announced/10 {
		return in.errorf("%d words, the first line announces %d: the file is truncated", count, announced)
	}
	if 100*r.sloppy > count {
		return r.sloppyError
	}
	d.replacements = newReplacements(append(roots.replacements, r.found...))
	return nil
}

// readRoot reads a line. An empty one adds an empty root, which nobody asks for.
func (r *rootReader) readRoot(line []byte) error {
	line, morphology := splitMorphology(line)
	word, flagText := splitFlags(line)
	if len(word) > maxRoot {
		return r.errorf("a word of %d bytes, at most %d", len(word), maxRoot)
	}
	if r.d.wide() && !utf8.Valid(word) {
		return r.errorf("%q is not UTF-8, which SET of the .aff file names", word)
	}
	var flags setID
	if len(flagText) > 0 {
		var err error
		if flags, err = r.aff.flagSet(flagText); err != nil {
			if flags, err = r.sloppyFlags(flagText, err); err != nil {
				return err
			}
		}
	}
	kind := r.d.casing.kind(word)
	r.add(word, flags, false)
	r.addCapitalised(word, flags, kind)
	if r.d.compound.rep && !r.roots.complexPrefixes {
		r.addReplacements(word, r.morphologyText(morphology), kind)
	}
	return nil
}

// sloppyFlags reads what begins with no digit as flag 0, which C's atoi makes
// of it. Debian's da_DK needs it for two words with a slash of their own; a
// file where more than one word in a hundred does has another type of flags.
func (r *rootReader) sloppyFlags(text []byte, err error) (setID, error) {
	if r.roots.flags != flagNumber || len(r.roots.aliases) > 0 || text[0] >= '0' && text[0] <= '9' {
		return 0, err
	}
	if r.sloppy++; r.sloppy == 1 {
		r.sloppyError = err
	}
	return r.d.sets.read(flagNumber, []byte("0"))
}

func (r *rootReader) add(word []byte, flags setID, hidden bool) {
	word = r.d.ignored.strip(word)
	if r.roots.complexPrefixes {
		word = r.d.casing.reversed(word)
	}
	r.d.spaced = r.d.spaced || bytes.IndexByte(word, ' ') >= 0
	r.d.words.add(word, flags, hidden, r.d.sets)
}

// addCapitalised adds Openoffice for OpenOffice, so that OPENOFFICE is right,
// and Cia for CIA/S, so that CIA'S is (hashmgr.cxx,
// add_hidden_capitalized_word).
func (r *rootReader) addCapitalised(word []byte, flags setID, kind capital) {
	if kind != mixedCap && kind != mixedStart && (kind != allCap || flags == 0) {
		return
	}
	if r.d.sets.has(flags, r.roots.forbidden) {
		return
	}
	letters := r.d.casing.cased(word)
	r.d.casing.lowerAll(&letters)
	r.d.casing.upperFirst(&letters)
	r.add(letters.text, r.d.sets.withOnlyUpper(flags), true)
}

// splitMorphology finds the first xx: field after a blank, or the first tab,
// which parted the fields of old.
func splitMorphology(line []byte) (word, morphology []byte) {
	cut := -1
	for at := 0; at < len(line); at++ {
		if line[at] != ':' || at <= 3 || line[at-3] != ' ' && line[at-3] != '\t' {
			continue
		}
		cut = at - 3
		for cut > 0 && (line[cut-1] == ' ' || line[cut-1] == '\t') {
			cut--
		}
		if cut == 0 {
			cut = -1 // no word before it
		}
		break
	}
	if tab := bytes.IndexByte(line, '\t'); tab >= 0 && (cut < 0 || tab < cut) {
		cut = tab
	}
	if cut < 0 {
		return line, nil
	}
	return line[:cut], line[cut+1:]
}

// splitFlags parts at the first slash that is not written \/, and turns that
// into a slash. Behind a slash at the very start Hunspell takes whatever comes
// for the separator.
func splitFlags(line []byte) (word, flags []byte) {
	if len(line) > 1 && line[0] == '/' {
		return line[:1], line[2:]
	}
	for at := 1; at < len(line); at++ {
		if line[at] != '/' {
			continue
		}
		if line[at-1] != '\\' {
			return line[:at], line[at+1:]
		}
		line = append(append([]byte(nil), line[:at-1]...), line[at:]...)
		at--
	}
	return line, nil
}

// morphologyText is the field itself, or what AM has under its number.
func (r *rootReader) morphologyText(field []byte) string {
	if len(r.roots.morphology) == 0 {
		return string(field)
	}
	if at := number(field); at > 0 && at <= len(r.roots.morphology) {
		return r.roots.morphology[at-1]
	}
	return ""
}

// addReplacements takes the mistakes a word names in its ph: fields: "prity",
// "prity*" without the last letter on both sides, "prity->pretty" (hashmgr.cxx,
// add_word). Those of a capitalised word are capitalised too.
func (r *rootReader) addReplacements(word []byte, morphology string, kind capital) {
	if !strings.Contains(morphology, "ph:") {
		return
	}
	for _, field := range fields([]byte(morphology)) {
		wrong, isPhonetic := strings.CutPrefix(string(field), "ph:")
		if !isPhonetic || wrong == "" {
			continue
		}
		right := string(word)
		if before, after, found := strings.Cut(wrong, "->"); found && before != "" && after != "" {
			wrong, right = before, after
		}
		if strings.HasSuffix(wrong, "*") {
			wrong, right = r.withoutLast(wrong, right, len(word))
		}
		if kind == initCap {
			r.addCapitalReplacement(wrong, right)
		}
		r.found = append(r.found, replacement{wrong, right})
	}
}

// withoutLast strips the star and a letter before it, and a letter of the
// right side; there Hunspell counts from the length of the word itself.
func (r *rootReader) withoutLast(wrong, right string, wordSize int) (string, string) {
	last := func(s string) int {
		if r.d.wide() {
			_, size := utf8.DecodeLastRuneInString(s)
			return size
		}
		return min(1, len(s))
	}
	bare := wrong[:len(wrong)-1]
	dropWrong, dropRight := last(bare), last(right)
	at := wordSize - dropRight
	if len(bare) <= dropWrong || len(right) <= dropRight || at < 0 || at > len(right) {
		return wrong, right
	}
	return bare[:len(bare)-dropWrong], right[:at] + right[min(at+dropRight, len(right)):]
}

// addCapitalReplacement is for UTF-8 alone: in 8-bit encodings Hunspell
// capitalises an empty string in its place.
func (r *rootReader) addCapitalReplacement(wrong, right string) {
	c := &r.d.casing
	if !r.d.wide() || c.kind([]byte(wrong)) != noCap {
		return
	}
	letters := c.cased([]byte(wrong))
	c.upperFirst(&letters)
	switch r.d.language {
	case "de", "hu", "hu_HU":
		small := c.cased([]byte(right))
		c.lowerAll(&small)
		r.found = append(r.found, replacement{wrong, string(small.text)})
	}
	r.found = append(r.found, replacement{string(letters.text), right})
}
