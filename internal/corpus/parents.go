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
	id   int64
	text *string
}

func (p *parents) reset() {
	clear(p.kept)
	p.kept, p.bytes = p.kept[:0], 0
}

// put remembers a text; nil stands for a hidden one.
func (p *parents) put(id int64, text *string) {
	p.kept = append(p.kept, parent{id, text})
	p.bytes += size(text)
	for len(p.kept) > 1 && (len(p.kept) > keptParents || p.bytes > keptParentBytes) {
		p.bytes -= size(p.kept[0].text)
		copy(p.kept, p.kept[1:])
		p.kept[len(p.kept)-1] = parent{}
		p.kept = p.kept[:len(p.kept)-1]
	}
}

// get returns the text of a revision, nil if it is hidden or not held.
func (p *parents) get(id int64) *string {
	for i := len(p.kept) - 1; i >= 0; i-- {
		if p.kept[i].id == id {
			return p.kept[i].text
		}
	}
	return nil
}

func size(text *string) int {
	if text == nil {
		return 0
	}
	return len(*text)
}
