package feature

import (
	"strings"
	"unicode/utf8"

	"revscore/internal/score/parse"
)

// Features of a text's markup, the same for the revision and the text before
// (revscoring/features/wikitext/features/parsed.py). All are floats there.

const (
	ofRevision = "feature.wikitext.revision."
	ofParent   = "feature.wikitext.revision.parent."
)

// findParsed makes the node the feature of its name, if one of markup has it.
func (n *node) findParsed() bool {
	from, page := sourceRevisionPage, (*solver).revisionPage
	what, ok := strings.CutPrefix(n.name, ofParent)
	if ok {
		from, page = sourceParentPage, (*solver).parentPage
	} else if what, ok = strings.CutPrefix(n.name, ofRevision); !ok {
		return false
	}
	count := pageCount(what)
	if count == nil {
		return false
	}
	n.sources = []source{from}
	n.compute = func(s *solver) (Value, error) {
		p, err := page(s)
		if err != nil {
			return Value{}, err
		}
		return FloatValue(float64(count(p))), nil
	}
	return true
}

// pageCount returns what counts something in a page; nil if nothing of the name
// is counted.
func pageCount(what string) func(*parse.Page) int {
	switch what {
	case "content_chars":
		return func(p *parse.Page) int { return utf8.RuneCountInString(p.Content()) }
	case "headings":
		return countKind(parse.Heading)
	case "external_links":
		return countKind(parse.ExternalLink)
	case "wikilinks":
		return countKind(parse.Wikilink)
	case "templates":
		return countKind(parse.Template)
	case "tags":
		return countKind(parse.Tag)
	case "ref_tags":
		return countTags("ref")
	case "list_items":
		return countTags("li")
	}
	return nil
}

func countKind(kind parse.Kind) func(*parse.Page) int {
	return func(p *parse.Page) int { return p.Count(kind) }
}

// countTags counts the tags whose names start with prefix, so that "references"
// counts as "ref", as in the reference: it matches the prefix as an expression.
func countTags(prefix string) func(*parse.Page) int {
	return func(p *parse.Page) int {
		count := 0
		for n := range p.All(parse.Tag) {
			if startsLike(p.Name(n), prefix) {
				count++
			}
		}
		return count
	}
}

// startsLike reports whether Python's re.match finds prefix, of small letters, in
// s with re.IGNORECASE, where i is also like İ and ı.
func startsLike(s, prefix string) bool {
	for _, want := range prefix {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == want, r == want-'a'+'A', want == 'i' && (r == 'İ' || r == 'ı'):
			s = s[size:]
		default:
			return false
		}
	}
	return true
}
