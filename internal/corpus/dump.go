package corpus

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// maxDepth bounds the nesting of elements outside revisions; exports have four
// levels, and the decoder keeps a stack.
const maxDepth = 64

var errTooLarge = errors.New("an element is larger than a revision may be")

// dump reads MediaWiki's XML export, one <revision> at a time.
type dump struct {
	path string
	in   *metered
	dec  *xml.Decoder
	root bool // <mediawiki> was seen

	wiki, domain string
	namespaces   map[string]int64 // by local name, for exports before 0.6

	page    page
	parents parents
}

// page is what the revisions of a page share.
type page struct {
	open      bool
	title     string
	namespace string // <ns>, "" before export 0.6
	id        string
	last      int64 // previous revision in the file
}

func newDump(path string, in *bufio.Reader, limit int) *dump {
	m := &metered{in: in, max: limit}
	// The decoder takes single bytes from an io.ByteReader and never reads ahead,
	// which is what makes metering by element exact.
	dec := xml.NewDecoder(m)
	return &dump{path: path, in: m, dec: dec, namespaces: map[string]int64{}}
}

func (d *dump) offset() int64 { return d.dec.InputOffset() }

// metered fails once more than its bound was read since it was last reset: encoding/xml itself holds any token whole, however long.
type metered struct {
	in   *bufio.Reader
	used int
	max  int
}

func (m *metered) ReadByte() (byte, error) {
	if m.used++; m.used > m.max {
		return 0, errTooLarge
	}
	return m.in.ReadByte()
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	m.used += n
	return n, err
}

// token is the decoder's with a fresh allowance.
func (d *dump) token() (xml.Token, error) {
	d.in.used = 0
	return d.dec.Token()
}

func (d *dump) next() (*Revision, error) {
	for {
		t, err := d.token()
		if err == io.EOF && !d.root {
			return nil, errors.New("the XML has no <mediawiki> element")
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			rev, err := d.element(t)
			if rev != nil || err != nil {
				return rev, err
			}
		case xml.EndElement:
			d.page.open = false // </page> or </mediawiki>: others are read whole
		}
	}
}

// element handles a child of the root or of a page.
func (d *dump) element(t xml.StartElement) (*Revision, error) {
	name := t.Name.Local
	switch {
	case !d.root:
		if name != "mediawiki" {
			return nil, fmt.Errorf("the root element is <%.64s>, not <mediawiki>", name)
		}
		d.root = true
		return nil, nil
	case !d.page.open && name == "siteinfo":
		return nil, d.siteinfo(t)
	case !d.page.open && name == "page":
		d.page = page{open: true}
		d.parents.reset()
		return nil, nil
	case d.page.open && name == "title":
		return nil, d.dec.DecodeElement(&d.page.title, &t)
	case d.page.open && name == "ns":
		return nil, d.dec.DecodeElement(&d.page.namespace, &t)
	case d.page.open && name == "id":
		return nil, d.dec.DecodeElement(&d.page.id, &t)
	case d.page.open && name == "revision":
		return d.revision(t)
	}
	return nil, d.skip() // uploads, threads, log items
}

// skip passes over an element of any length in constant memory.
func (d *dump) skip() error {
	for depth := 1; depth > 0; {
		t, err := d.token()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if depth > maxDepth {
			return fmt.Errorf("elements are nested deeper than %d", maxDepth)
		}
	}
	return nil
}

func (d *dump) siteinfo(t xml.StartElement) error {
	var site struct {
		DBName     string `xml:"dbname"`
		Base       string `xml:"base"`
		Namespaces []struct {
			Key  int64  `xml:"key,attr"`
			Name string `xml:",chardata"`
		} `xml:"namespaces>namespace"`
	}
	if err := d.dec.DecodeElement(&site, &t); err != nil {
		return err
	}
	d.domain = hostOf(site.Base)
	d.wiki = strings.TrimSpace(site.DBName)
	if d.wiki == "" && d.domain != "" {
		d.wiki = wikiOf(d.domain)
	}
	for _, ns := range site.Namespaces {
		d.namespaces[ns.Name] = ns.Key
	}
	return nil
}

// element types of a revision. Numbers stay strings: a number that is none must
// spoil one record, not the decoder.
type (
	xmlRevision struct {
		ID          string         `xml:"id"`
		ParentID    string         `xml:"parentid"`
		Timestamp   string         `xml:"timestamp"`
		Contributor xmlContributor `xml:"contributor"`
		Minor       *struct{}      `xml:"minor"`
		Comment     xmlComment     `xml:"comment"`
		Model       string         `xml:"model"`
		Text        *xmlText       `xml:"text"` // of the main slot; others are inside <content>
		SHA1        string         `xml:"sha1"`
	}
	xmlContributor struct {
		Deleted  string `xml:"deleted,attr"`
		Username string `xml:"username"`
		ID       string `xml:"id"`
		IP       string `xml:"ip"`
	}
	xmlComment struct {
		Deleted string `xml:"deleted,attr"`
		Body    string `xml:",chardata"`
	}
	xmlText struct {
		Deleted  string `xml:"deleted,attr"`
		Bytes    string `xml:"bytes,attr"`
		SHA1     string `xml:"sha1,attr"`
		ID       string `xml:"id,attr"`
		Location string `xml:"location,attr"`
		Body     string `xml:",chardata"`
	}
)

// body returns the text, or nil where the dump withholds it: hidden, or a stub
// dump, whose empty <text> points to the text's row instead.
func (t *xmlText) body() *string {
	if t == nil || t.Deleted != "" {
		return nil
	}
	stub := t.ID != "" || t.Location != "" || t.Bytes != "" && t.Bytes != "0"
	if t.Body == "" && stub {
		return nil
	}
	return &t.Body
}

func (d *dump) revision(t xml.StartElement) (*Revision, error) {
	line, _ := d.dec.InputPos()
	offset := d.dec.InputOffset()
	var x xmlRevision
	if err := d.dec.DecodeElement(&x, &t); err != nil {
		return nil, err
	}
	r, err := d.build(&x)
	if err != nil {
		return nil, &LineError{Path: d.path, Line: line, Offset: offset, Err: err}
	}
	return r, nil
}

// build makes a revision of an element and finds its parent. Dumps before
// export 0.7 have no <parentid>; they list a page's revisions in order, so the
// parent is the revision before.
func (d *dump) build(x *xmlRevision) (*Revision, error) {
	var n numbers
	r := &Revision{
		Wiki: d.wiki, Domain: d.domain, Title: d.page.title,
		PageID: n.parse("page id", d.page.id), RevID: n.parse("revision id", x.ID),
		Minor: x.Minor != nil, ContentModel: strings.TrimSpace(x.Model), Text: x.Text.body(),
	}
	r.Namespace = d.namespace(&n)
	if x.ParentID != "" {
		r.ParentID = n.parse("parent id", x.ParentID)
	} else {
		r.ParentID = d.page.last
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(x.Timestamp))
	if err != nil {
		n.errs = append(n.errs, fmt.Errorf("timestamp is %.64q, not an ISO 8601 time", x.Timestamp))
	}
	r.Timestamp = at.UTC()
	r.TextHidden = x.Text != nil && x.Text.Deleted != ""
	r.CommentHidden = x.Comment.Deleted != ""
	if !r.CommentHidden {
		r.Comment = x.Comment.Body
	}
	x.Contributor.fill(r, &n)
	if r.Text == nil && x.Text != nil {
		if x.Text.Bytes != "" {
			r.Size = n.parse("text size", x.Text.Bytes)
		}
		r.SHA1 = knownSHA1(x.SHA1, x.Text.SHA1)
	}
	r.complete()
	if err := errors.Join(append(n.errs, r.check())...); err != nil {
		return nil, err
	}
	if r.ParentID != 0 {
		d.parents.fill(r)
	}
	d.parents.put(r)
	d.page.last = r.RevID
	return r, nil
}

func (c *xmlContributor) fill(r *Revision, n *numbers) {
	if c.IP != "" {
		r.author(c.IP, nil, c.Deleted != "", true)
		return
	}
	id := int64(0)
	if c.ID != "" {
		id = n.parse("user id", c.ID)
	}
	r.author(c.Username, &id, c.Deleted != "", false)
}

// knownSHA1 takes the digest of a text that is not shown, if one has the form.
func knownSHA1(candidates ...string) string {
	for _, c := range candidates {
		if len(c) == sha1Len && strings.Trim(c, "0123456789abcdefghijklmnopqrstuvwxyz") == "" {
			return c
		}
	}
	return ""
}

// namespace is <ns>, or what the title's prefix says in the older exports.
func (d *dump) namespace(n *numbers) int64 {
	if d.page.namespace != "" {
		return n.parse("namespace", d.page.namespace)
	}
	if prefix, _, ok := strings.Cut(d.page.title, ":"); ok {
		return d.namespaces[prefix]
	}
	return 0
}

// numbers parses fields and gathers the faults.
type numbers struct{ errs []error }

func (n *numbers) parse(what, s string) int64 {
	v, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		n.errs = append(n.errs, fmt.Errorf("%s is %.64q, not a number", what, s))
	}
	return v
}
