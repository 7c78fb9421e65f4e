package corpus

// Bounds of the parents kept. The parent is the revision before except after
// imports and merged histories, where it is a few back.
const (
	keptParents     = 8
	keptParentBytes = 16 << 20
)

// parents holds the last texts of the page being read, oldest first. The newest
// is kept whatever its size: it is in memory as a revision anyway.
type parents struct {
	kept  []parent
	bytes int
}

type parent struct {
	id     int64
	text   *string
	hidden bool
	model  string
}

func (p *parents) reset() {
	clear(p.kept)
	p.kept, p.bytes = p.kept[:0], 0
}

// put remembers a revision's text, or that there is none.
func (p *parents) put(r *Revision) {
	p.kept = append(p.kept, parent{r.RevID, r.Text, r.TextHidden, r.ContentModel})
	p.bytes += size(r.Text)
	for len(p.kept) > 1 && (len(p.kept) > keptParents || p.bytes > keptParentBytes) {
		p.bytes -= size(p.kept[0].text)
		copy(p.kept, p.kept[1:])
		p.kept[len(p.kept)-1] = parent{}
		p.kept = p.kept[:len(p.kept)-1]
	}
}

// fill tells a revision of its parent, if that is held.
func (p *parents) fill(r *Revision) {
	for i := len(p.kept) - 1; i >= 0; i-- {
		if k := &p.kept[i]; k.id == r.ParentID {
			r.ParentText, r.ParentHidden, r.ParentModel = k.text, k.hidden, k.model
			return
		}
	}
}

func size(text *string) int {
	if text == nil {
		return 0
	}
	return len(*text)
}
