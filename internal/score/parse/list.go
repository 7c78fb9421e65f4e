package parse

import "slices"

const (
	chunkBits = 13
	chunkSize = 1 << chunkBits
)

// list holds nodes in chunks of one size. A slice that doubles would leave as
// much garbage as it holds, which for the largest pages is what bounds the
// memory; and full chunks pass from the tokenizer to a page without a copy.
type list struct {
	chunks [][]Node
	n      int
}

func (l *list) at(i int) *Node { return &l.chunks[i>>chunkBits][i&(chunkSize-1)] }

// add appends a node. The chunks behind the last one are kept for it.
func (l *list) add(n Node) {
	if l.n == len(l.chunks)<<chunkBits {
		l.chunks = append(l.chunks, make([]Node, chunkSize))
	}
	*l.at(l.n) = n
	l.n++
}

// insert puts a node in front of the one at i.
func (l *list) insert(i int, n Node) {
	l.add(n)
	for j := l.n - 1; j > i; j-- {
		*l.at(j) = *l.at(j - 1)
	}
	*l.at(i) = n
}

// remove takes out the node at i.
func (l *list) remove(i int) {
	for l.n--; i < l.n; i++ {
		*l.at(i) = *l.at(i + 1)
	}
}

// copy appends nodes of another list, moved by an offset in the text.
func (l *list) copy(from *list, first, last int, shift uint32) {
	for first < last {
		if l.n == len(l.chunks)<<chunkBits {
			l.chunks = append(l.chunks, make([]Node, chunkSize))
		}
		src := from.chunks[first>>chunkBits][first&(chunkSize-1):]
		dst := l.chunks[l.n>>chunkBits][l.n&(chunkSize-1):]
		n := copy(dst, src[:min(len(src), last-first)])
		for i := range dst[:n] {
			dst[i].Start += shift
			dst[i].End += shift
		}
		first, l.n = first+n, l.n+n
	}
}

// release returns the nodes as a list without room for more and leaves l empty.
func (l *list) release() list {
	full := l.n >> chunkBits
	made := list{chunks: make([][]Node, 0, full+1), n: l.n}
	made.chunks = append(made.chunks, l.chunks[:full]...)
	if rest := l.n & (chunkSize - 1); rest > 0 {
		made.chunks = append(made.chunks, slices.Clip(slices.Clone(l.chunks[full][:rest])))
	}
	kept := copy(l.chunks, l.chunks[full:])
	clear(l.chunks[kept:])
	l.chunks, l.n = l.chunks[:kept], 0
	return made
}
