package wikibase

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"
)

// ErrNotJSON is the error of a text that is no JSON, for which revscoring has a
// type of its own, UnexpectedContentType. What is wrong with JSON that is no item
// are other errors.
var ErrNotJSON = errors.New("the text is no JSON")

// Item is an item (mwbase/entity.py). The zero Item is what there is before an
// item is created.
type Item struct {
	length               int // of the text, about which the JSON has
	title                value
	labels, descriptions []term
	aliases              []names
	properties           []property
	sitelinks            []sitelink
}

// term is a label or a description, by language.
type term struct {
	language string
	text     value
}

// names are the aliases in a language.
type names struct {
	language string
	json     string // of which they were read
	list     []value
}

// property is the statements filed under a property.
type property struct {
	id         string
	json       string // of which they were read
	statements []Statement
}

// sitelink is the page about the item in a wiki.
type sitelink struct {
	wiki          string
	title, badges value
	badged        lengthOf
}

// lengthOf says of badges whether there are any.
type lengthOf uint8

const (
	lengthNone lengthOf = iota // what is there has no length
	lengthZero                 // len() is 0
	lengthSome                 // it is not
)

// reader makes an item. It hands out values from arrays of many.
type reader struct{ spare []value }

// values returns n values that no one else has.
func (r *reader) values(n int) []value {
	const chunk = 128
	if len(r.spare) < n {
		r.spare = make([]value, chunk)
	}
	taken := r.spare[:n:n]
	r.spare = r.spare[n:]
	return taken
}

// Parse reads the item that a revision's text is. The error of a text that is no
// JSON wraps ErrNotJSON.
func Parse(text string) (*Item, error) {
	d, err := decode(text)
	var syntax *syntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("read item: %w: %w", ErrNotJSON, err)
	case err != nil:
		return nil, fmt.Errorf("read item: %w", err)
	}
	item := &Item{length: len(text)}
	if d.root().kind() == kindNull {
		return item, nil // revscoring/features/wikibase: None is the text of no item
	}
	n, err := d.root().decoded()
	if err != nil {
		return nil, fmt.Errorf("read item: %w", err)
	}
	if err := item.read(n); err != nil {
		return nil, fmt.Errorf("read item: %w", err)
	}
	return item, nil
}

func (it *Item) read(n node) error {
	r := &reader{}
	it.title = n.orNull("title")
	for _, part := range []struct {
		name string
		read func(string, node) error
	}{
		{"labels", func(language string, n node) error { return it.readLabel(language, n) }},
		{"descriptions", func(language string, n node) error { return readTerm(&it.descriptions, language, n) }},
		{"aliases", it.readAliases},
		{"claims", func(id string, n node) error { return it.readProperty(r, id, n) }},
		{"sitelinks", it.readSitelink},
	} {
		// An empty object is written as an empty array by PHP; whatever is false
		// in Python passes for one here.
		fields, ok := n.get(part.name)
		if !ok || !fields.truth() {
			continue
		}
		if err := fields.dict(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		for _, f := range fields.fields() {
			if err := part.read(f.name, f.value); err != nil {
				return fmt.Errorf("%s of %.40q: %w", part.name, f.name, err)
			}
		}
	}
	return nil
}

// readLabel adds a label unless it is marked as removed. `"removed" in label` may
// be asked of a string and of an array too.
func (it *Item) readLabel(language string, n node) error {
	removed := false
	switch n.kind() {
	case kindDict:
		_, removed = n.get("removed")
	case kindString:
		removed = strings.Contains(n.text(), "removed")
	case kindList:
		_ = n.each(func(item node) error {
			removed = removed || item.is("removed")
			return nil
		})
	}
	if removed {
		return nil
	}
	return readTerm(&it.labels, language, n)
}

func readTerm(terms *[]term, language string, n node) error {
	text, err := n.index("value")
	if err == nil {
		*terms = append(*terms, term{language, text.value()})
	}
	return err
}

func (it *Item) readAliases(language string, n node) error {
	list := make([]value, 0, n.items())
	err := n.each(func(alias node) error {
		text, err := alias.index("value")
		if err == nil {
			list = append(list, text.value())
		}
		return err
	})
	it.aliases = append(it.aliases, names{language, n.json(), list})
	return err
}

func (it *Item) readProperty(r *reader, id string, n node) error {
	p := property{id: id, json: n.json(), statements: make([]Statement, 0, n.items())}
	err := n.each(func(n node) error {
		s, err := r.statement(id, n)
		p.statements = append(p.statements, s)
		return err
	})
	it.properties = append(it.properties, p)
	return err
}

func (it *Item) readSitelink(wiki string, n node) error {
	title, err := n.index("title")
	if err != nil {
		return err
	}
	link := sitelink{wiki: wiki, title: title.value(), badges: value{kindList, "[]"}, badged: lengthZero}
	if badges, ok := n.get("badges"); ok {
		link.badges, link.badged = badges.value(), lengthNone
		switch badges.kind() {
		case kindString, kindList, kindDict:
			link.badged = lengthZero
			if badges.truth() {
				link.badged = lengthSome
			}
		}
	}
	it.sitelinks = append(it.sitelinks, link)
	return nil
}

// Statements returns all statements, property by property. The caller must not
// change them.
func (it *Item) Statements() []*Statement {
	var list []*Statement
	for i := range it.properties {
		for j := range it.properties[i].statements {
			list = append(list, &it.properties[i].statements[j])
		}
	}
	return list
}

// JSON returns the item as mwbase.json_dumps writes it: all that was read of it,
// under the names that mwbase has, in ASCII.
func (it *Item) JSON() string {
	dst := make([]byte, 0, it.length+it.length/4)
	dst = it.title.json(append(dst, `{"title": `...))
	dst = termsJSON(appendName(dst, "labels"), it.labels)
	dst = termsJSON(appendName(dst, "descriptions"), it.descriptions)
	dst = append(appendName(dst, "aliases"), '{')
	for i, a := range it.aliases {
		dst = append(appendEntry(dst, i, a.language), '[')
		for j, text := range a.list {
			if j > 0 {
				dst = append(dst, ", "...)
			}
			dst = text.json(dst)
		}
		dst = append(dst, ']')
	}
	dst = append(appendName(append(dst, '}'), "properties"), '{')
	for i, p := range it.properties {
		dst = append(appendEntry(dst, i, p.id), '[')
		for j := range p.statements {
			if j > 0 {
				dst = append(dst, ", "...)
			}
			dst = p.statements[j].json(dst)
		}
		dst = append(dst, ']')
	}
	dst = append(appendName(append(dst, '}'), "sitelinks"), '{')
	for i, s := range it.sitelinks {
		dst = s.title.json(append(appendEntry(dst, i, s.wiki), `{"title": `...))
		dst = append(s.badges.json(appendName(dst, "badges")), '}')
	}
	dst = append(dst, "}}"...)
	return unsafe.String(&dst[0], len(dst)) // no one else has it
}

// appendEntry writes the name of field i of an object.
func appendEntry(dst []byte, i int, name string) []byte {
	if i > 0 {
		dst = append(dst, ", "...)
	}
	return append(appendJSONString(dst, name), ": "...)
}

func termsJSON(dst []byte, terms []term) []byte {
	dst = append(dst, '{')
	for i, t := range terms {
		dst = t.text.json(appendEntry(dst, i, t.language))
	}
	return append(dst, '}')
}

// Bytes returns about how much memory the item holds besides the text that it was
// read of.
func (it *Item) Bytes() int {
	n := int(unsafe.Sizeof(*it))
	n += (cap(it.labels) + cap(it.descriptions)) * int(unsafe.Sizeof(term{}))
	n += cap(it.aliases)*int(unsafe.Sizeof(names{})) + cap(it.sitelinks)*int(unsafe.Sizeof(sitelink{}))
	n += cap(it.properties) * int(unsafe.Sizeof(property{}))
	for _, a := range it.aliases {
		n += cap(a.list) * int(unsafe.Sizeof(value{}))
	}
	for _, p := range it.properties {
		for i := range p.statements {
			n += p.statements[i].bytes()
		}
	}
	return n
}

func (s *Statement) bytes() int {
	n := int(unsafe.Sizeof(*s)) + len(s.main.data.fields)*int(unsafe.Sizeof(value{}))
	for _, groups := range [][]group{s.references, s.qualifiers} {
		for _, g := range groups {
			n += int(unsafe.Sizeof(g))
			for _, s := range g.snaks {
				n += int(unsafe.Sizeof(s)) + len(s.data.fields)*int(unsafe.Sizeof(value{}))
			}
		}
	}
	return n
}
