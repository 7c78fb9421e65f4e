package dedupe

import (
	"errors"
	"strconv"
	"strings"
)

// Filter selects entries. What is empty (0) selects all.
type Filter struct {
	Wiki, Model, Version string
	RevID                int64 // needs Wiki: other wikis have other revisions of that number
	// Sent selects sent-marks too. Without them events are sent again when
	// their records come again.
	Sent bool
	// All must be set when nothing else is: an empty filter is rather a
	// variable that was empty.
	All bool
}

// Validate reports every fault of the filter.
func (f Filter) Validate() error {
	var errs []error
	if f.RevID != 0 && f.Wiki == "" {
		errs = append(errs, errors.New("a filter by revision needs a wiki"))
	}
	narrow := f.Wiki != "" || f.Model != "" || f.Version != "" || f.RevID != 0
	if !narrow && !f.All {
		errs = append(errs, errors.New("a filter of nothing selects everything, which has to be said"))
	}
	if narrow && f.All {
		errs = append(errs, errors.New("a filter selects either everything or by wiki, model, version or revision"))
	}
	return errors.Join(errs...)
}

// kind of a key.
type kind int

const (
	kindForeign kind = iota
	kindScore
	kindSent
	kindGone
	kindClaim
)

// name is a key that was taken apart. Its parts are in the text of keys, that is
// escaped.
type name struct {
	kind                              kind
	stream, wiki, model, version, rev string
}

// parse takes a key of Redis apart; anybody may have written it.
func parse(key, prefix string) name {
	rest, own := strings.CutPrefix(key, ownPrefix)
	if !own {
		return parseScore(key, prefix)
	}
	var kind kind
	what, rest, _ := strings.Cut(rest, ":")
	switch what {
	case "sent":
		kind = kindSent
	case "gone":
		kind = kindGone
	case "claim":
		kind = kindClaim
	default: // the sets of models, too: nobody counts or purges them
		return name{}
	}
	tag, rest, ok := strings.Cut(strings.TrimPrefix(rest, "{"), "}")
	wiki, rev, ok2 := strings.Cut(tag, ":")
	if !ok || !ok2 || !isNumber(rev) {
		return name{}
	}
	n := name{kind: kind, wiki: wiki, rev: rev}
	if kind != kindSent {
		return n
	}
	parts := strings.Split(strings.TrimPrefix(rest, ":"), ":")
	if len(parts) != 3 {
		return name{}
	}
	n.stream, n.model, n.version = parts[0], parts[1], parts[2]
	return n
}

// parseScore takes ORES's sixth part, the digest of injected feature values, for
// part of the score.
func parseScore(key, prefix string) name {
	rest, ok := strings.CutPrefix(key, prefix+":")
	parts := strings.Split(rest, ":")
	if !ok || len(parts) < 4 || len(parts) > 5 || !isNumber(parts[2]) {
		return name{}
	}
	return name{kind: kindScore, wiki: parts[0], model: parts[1], rev: parts[2], version: parts[3]}
}

func isNumber(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

// matcher is a filter in the text of keys.
type matcher struct {
	filter                    Filter
	wiki, model, version, rev string
}

func (f Filter) matcher() matcher {
	m := matcher{
		filter: f,
		wiki:   string(appendPart(nil, f.Wiki)), model: string(appendPart(nil, f.Model)), version: string(appendPart(nil, f.Version)),
	}
	if f.RevID != 0 {
		m.rev = strconv.FormatInt(f.RevID, 10)
	}
	return m
}

// selects decides exactly; a pattern of Redis only narrows the scan. Negative
// entries have no model, so a filter by one leaves them; claims belong to whoever
// works.
func (m matcher) selects(n name) bool {
	switch n.kind {
	case kindScore:
	case kindSent:
		if !m.filter.Sent {
			return false
		}
	case kindGone:
		if m.model != "" || m.version != "" {
			return false
		}
	default:
		return false
	}
	return is(m.wiki, n.wiki) && is(m.rev, n.rev) && (n.kind == kindGone || is(m.model, n.model) && is(m.version, n.version))
}

func is(want, got string) bool { return want == "" || want == got }

// patterns are what to scan for, one for each kind of key that is selected. Every
// text from outside is escaped, so that none can widen a pattern.
func (m matcher) patterns(prefix string) []string {
	revision := "{" + glob(m.wiki) + ":" + glob(m.rev) + "}"
	patterns := []string{
		quote(prefix) + ":" + glob(m.wiki) + ":" + glob(m.model) + ":" + glob(m.rev) + ":" + glob(m.version) + "*",
		gonePrefix + revision,
	}
	if m.filter.Sent {
		patterns = append(patterns, markPrefix+revision+":*:"+glob(m.model)+":"+glob(m.version))
	}
	return patterns
}

// glob is the pattern of one part.
func glob(part string) string {
	if part == "" {
		return "*"
	}
	return quote(part)
}

// quote makes text that a pattern takes literally. What is not ASCII becomes a '*':
// it only has to narrow the scan.
func quote(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x80 && i > 0 && s[i-1] >= 0x80:
		case c >= 0x80:
			b.WriteByte('*')
		case strings.IndexByte(`*?[]^-\`, c) >= 0:
			b.WriteByte('\\')
			fallthrough
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
