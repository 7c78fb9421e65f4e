package spell

import (
	"bytes"
	"slices"
)

// readAffix reads a PFX or SFX header and its lines (affixmgr.cxx,
// parse_affix). The keyword of the lines is not looked at, their flag is.
func (r *affReader) readAffix(header []byte) error {
	parts := fields(header)
	if len(parts) < 4 {
		return r.errorf("%q has %d fields, an affix header has 4", header, len(parts))
	}
	name, err := r.oneFlag(parts[1])
	if err != nil {
		return err
	}
	count := number(parts[3])
	if count < 1 {
		return r.errorf("affix %s has %q lines, must be a number from 1", parts[1], parts[3])
	}
	prefix := keyword(header, "PFX") != r.options.complexPrefixes
	to := &r.suffixes
	if prefix {
		to = &r.prefixes
	}
	for at := range count {
		line, ok := r.next()
		if !ok {
			return r.errorf("the file ends after %d of %d lines of affix %s", at, count, parts[1])
		}
		a, err := r.affixLine(line, name, prefix)
		if err != nil {
			return err
		}
		a.crosses = parts[2][0] == 'Y'
		*to = append(*to, a)
	}
	return nil
}

// affixLine reads what is stripped, what is added with its flags behind a
// slash, and the condition on the root. Fields of morphology may follow.
func (r *affReader) affixLine(line []byte, name flag, prefix bool) (affix, error) {
	parts := fields(line)
	if len(parts) < 4 {
		return affix{}, r.errorf("%q has %d fields, an affix has at least 4; or its header announces too many lines", line, len(parts))
	}
	if got, err := r.oneFlag(parts[1]); err != nil {
		return affix{}, err
	} else if got != name {
		return affix{}, r.errorf("%q has another flag than its header, which announces too many lines", line)
	}
	if err := r.text(bytes.Join(parts[2:min(len(parts), 5)], nil)); err != nil {
		return affix{}, err
	}
	a := affix{flag: name, strip: r.intern(r.part(parts[2]))}
	text, flags, found := bytes.Cut(parts[3], []byte("/"))
	if found {
		var err error
		if a.cont, err = r.flagSet(flags); err != nil {
			return affix{}, err
		}
		r.follow(a.cont)
	}
	text = r.part(newIgnored(r.options.ignore, r.wide()).strip(text))
	if !prefix {
		text = slices.Clone(text)
		slices.Reverse(text)
	}
	a.text = r.intern(text)
	if len(text) > 1 && bytes.IndexByte(text[1:], '.') >= 0 {
		return affix{}, r.errorf("affix %q has an inner dot, a wildcard to Hunspell", parts[3])
	}
	if len(parts) > 4 {
		r.condition(&a, parts[4], prefix)
	}
	return a, nil
}

// part is a text to add or strip; 0 stands for none.
func (r *affReader) part(text []byte) []byte {
	if r.options.complexPrefixes {
		text = r.casing().reversed(text)
	}
	if string(text) == "0" {
		return nil
	}
	return text
}

// casing is enough of one to reverse words with.
func (r *affReader) casing() *casing {
	if r.wide() {
		return &casing{}
	}
	return &casing{bytes: &[256]byteCase{}}
}

// condition stores the condition of a suffix backwards, as it is matched.
func (r *affReader) condition(a *affix, text []byte, prefix bool) {
	cond := slices.Clone(text)
	if r.options.complexPrefixes {
		cond = slices.Clone(r.casing().reversed(cond))
		swapBrackets(cond)
	}
	if !prefix {
		slices.Reverse(cond)
		swapBrackets(cond)
	}
	if string(cond) != "." {
		a.cond = r.intern(cond)
		a.conds = condLength(a.cond, r.wide())
	}
}

// follow notes the flags of affixes that may join an affix.
func (r *affReader) follow(set setID) {
	r.followed = true
	for _, f := range r.sets.sets[set] {
		r.follows[f>>6] |= 1 << (f & 63)
	}
}
