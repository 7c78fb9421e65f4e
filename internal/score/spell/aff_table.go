package spell

import (
	"bytes"
	"strings"
)

// A table is a keyword with a number of rows and that many lines, each with
// the same keyword. Hunspell stops reading the file where one is otherwise, so
// no working dictionary is.

// rows reads a table and hands over the fields of each row, keyword included.
func (r *affReader) rows(header []byte, name string, least int, row func([][]byte) error) error {
	parts := fields(header)
	if err := r.once(name); err != nil {
		return err
	}
	if len(parts) < 2 {
		return r.errorf("%s has no number of rows", name)
	}
	count := number(parts[1])
	if count < 1 {
		return r.errorf("%s has %q rows, must be a number from 1", name, parts[1])
	}
	// The count is not trusted with memory: rows are kept as they come.
	for at := range count {
		line, ok := r.next()
		if !ok {
			return r.errorf("the file ends after %d of %d rows of %s", at, count, name)
		}
		parts := fields(line)
		if len(parts) < least || !keyword(parts[0], name) {
			return r.errorf("%q is no row of %s, which has %d", line, name, count)
		}
		if err := r.text(line); err != nil {
			return err
		}
		if err := row(parts); err != nil {
			return err
		}
	}
	return nil
}

// readTable reads the tables that begin at the line, if any does.
func (r *affReader) readTable(line []byte) error {
	c := &r.options.compound
	switch {
	case keyword(line, "ICONV"):
		r.options.input = &conversion{}
		return r.rows(line, "ICONV", 3, func(row [][]byte) error {
			if !r.options.input.add(string(row[1]), string(row[2])) {
				return r.errorf("ICONV has an empty pattern")
			}
			return nil
		})
	case keyword(line, "BREAK"):
		return r.readBreaks(line)
	case keyword(line, "COMPOUNDRULE"):
		return r.rows(line, "COMPOUNDRULE", 2, func(row [][]byte) error {
			rule, err := r.compoundRule(row[1])
			c.rules = append(c.rules, rule)
			return err
		})
	case keyword(line, "CHECKCOMPOUNDPATTERN"):
		return r.rows(line, "CHECKCOMPOUNDPATTERN", 1, r.readPattern)
	case keyword(line, "COMPOUNDSYLLABLE"):
		return r.readSyllables(line)
	}
	// Tables of suggestions and of the output of stems.
	for _, table := range []struct {
		name  string
		least int
	}{{"OCONV", 3}, {"PHONE", 3}, {"MAP", 2}} {
		if keyword(line, table.name) {
			return r.rows(line, table.name, table.least, func([][]byte) error { return nil })
		}
	}
	return nil // a comment, or nothing Hunspell knows
}

// readBreaks allows BREAK 0, which turns the default breaks off.
func (r *affReader) readBreaks(line []byte) error {
	if parts := fields(line); len(parts) > 1 && parts[1][0] == '0' && number(parts[1]) == 0 {
		return r.once("BREAK")
	}
	return r.rows(line, "BREAK", 2, func(row [][]byte) error {
		r.options.breaks = append(r.options.breaks, string(row[1]))
		return nil
	})
}

// readPattern reads a CHECKCOMPOUNDPATTERN. A third field is a replacement,
// even where it was meant as a comment (Debian's nl: harmless, but it is why
// "#" is one there).
func (r *affReader) readPattern(row [][]byte) (err error) {
	var p compoundPattern
	if len(row) > 1 {
		if p.end, p.endFlag, err = r.patternSide(row[1]); err != nil {
			return err
		}
	}
	if len(row) > 2 {
		if p.begin, p.beginFlag, err = r.patternSide(row[2]); err != nil {
			return err
		}
	}
	c := &r.options.compound
	if len(row) > 3 {
		p.instead = string(row[3])
		c.replaced = true
	}
	c.patterns = append(c.patterns, p)
	return nil
}

// patternSide parts a text and the flag behind its slash; either may be missing.
func (r *affReader) patternSide(text []byte) (string, flag, error) {
	side, flags, found := bytes.Cut(text, []byte("/"))
	if !found {
		return string(side), 0, nil
	}
	f, err := r.oneFlag(flags)
	return string(side), f, err
}

// compoundRule reads flags with * and ?. With parentheses anywhere, each flag
// is in its own or one byte; without, all of it is flags.
func (r *affReader) compoundRule(text []byte) ([]flag, error) {
	decode := func(part []byte) ([]flag, error) {
		flags, err := r.roots.flags.decode(part)
		if err != nil {
			return nil, r.errorf("%v", err)
		}
		return flags, nil
	}
	if !bytes.Contains(text, []byte("(")) {
		return decode(text)
	}
	var rule []flag
	for len(text) > 0 {
		part, rest := text[:1], text[1:]
		if text[0] == '(' {
			if inner, after, found := bytes.Cut(rest, []byte(")")); found {
				part, rest = inner, after
			}
		}
		text = rest
		if len(part) > 0 && (part[0] == '*' || part[0] == '?') {
			rule = append(rule, flag(part[0]))
			continue
		}
		flags, err := decode(part)
		if err != nil {
			return nil, err
		}
		rule = append(rule, flags...)
	}
	return rule, nil
}

// readSyllables reads COMPOUNDSYLLABLE: how many syllables a compound word of
// many words may have, and the vowels that count them.
func (r *affReader) readSyllables(line []byte) error {
	parts := fields(line)
	if len(parts) < 2 {
		return r.errorf("COMPOUNDSYLLABLE has no number")
	}
	c := &r.options.compound
	c.maxSyllables = number(parts[1])
	// Without vowels Hunspell sets the default for 8-bit encodings alone.
	vowels := []byte("AEIOUaeiou")
	if len(parts) > 2 {
		vowels = parts[2]
	} else if r.wide() {
		vowels = nil
	}
	if err := r.text(vowels); err != nil {
		return err
	}
	c.vowels = nil
	if r.wide() {
		c.vowels = decodeUnits(vowels)
		return nil
	}
	for _, b := range vowels {
		c.vowels = append(c.vowels, uint16(b))
	}
	return nil
}

// readAliases reads AF: sets of flags that words and affixes name by number.
func (r *affReader) readAliases(line []byte) error {
	return r.rows(line, "AF", 2, func(row [][]byte) error {
		id, err := r.sets.read(r.roots.flags, row[1])
		if err != nil {
			return r.errorf("%v", err)
		}
		r.roots.aliases = append(r.roots.aliases, id)
		return nil
	})
}

// readMorphology reads AM, of which only ph: fields matter to a check.
func (r *affReader) readMorphology(line []byte) error {
	return r.rows(line, "AM", 2, func(row [][]byte) error {
		text := ""
		if part := bytes.Join(row[1:], []byte(" ")); bytes.Contains(part, []byte("ph:")) {
			text = string(part)
		}
		r.roots.morphology = append(r.roots.morphology, text)
		return nil
	})
}

// readReplacements keeps what a compound may hold by mistake: no replacement
// bound to the start or the end of a word (affixmgr.cxx, cpdrep_check).
func (r *affReader) readReplacements(line []byte) error {
	return r.rows(line, "REP", 3, func(row [][]byte) error {
		wrong := strings.ReplaceAll(string(row[1]), "_", " ")
		bare := strings.TrimPrefix(wrong, "^")
		bare = strings.TrimSuffix(bare, "$")
		if bare == "" {
			return r.errorf("REP has an empty pattern")
		}
		if bare == wrong {
			right := strings.ReplaceAll(string(row[2]), "_", " ")
			r.roots.replacements = append(r.roots.replacements, replacement{wrong, right})
		}
		return nil
	})
}

// flagSet reads the flags of a word or an affix, by number where AF is given.
func (r *affReader) flagSet(text []byte) (setID, error) {
	if len(r.roots.aliases) == 0 {
		id, err := r.sets.read(r.roots.flags, text)
		if err != nil {
			return 0, r.errorf("%v", err)
		}
		return id, nil
	}
	at := number(text)
	if at < 1 || at > len(r.roots.aliases) {
		return 0, r.errorf("no AF alias %q among %d", text, len(r.roots.aliases))
	}
	return r.roots.aliases[at-1], nil
}
