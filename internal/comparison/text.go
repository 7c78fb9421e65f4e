package comparison

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"revscore/internal/score/model"
)

// WriteTo writes the comparison for people, in characters as wide as a terminal.
func (c *Comparison) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	tab := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for i, m := range []*model.Model{c.a, c.b} {
		fmt.Fprintf(tab, "%c\t%s\tversion %s\t%s\tchecksum %.12s", 'A'+i, m, m.Version(), m.Type(), m.Checksum())
		if c.Paths[i] != "" {
			fmt.Fprintf(tab, "\t%s", c.Paths[i])
		}
		fmt.Fprintln(tab)
	}
	tab.Flush() // a buffer takes everything
	fmt.Fprintf(&b, "%d revisions scored by both", c.compared)
	if c.alone > 0 {
		fmt.Fprintf(&b, "; %d more that only one of them, or neither, can score", c.alone)
	}
	b.WriteString("\n\n")
	c.writeFlips(&b)
	for _, l := range c.labels {
		l.write(&b, c.compared)
	}
	return b.WriteTo(w)
}

// most is how many kinds of flips are shown.
const most = 10

func (c *Comparison) writeFlips(b *bytes.Buffer) {
	kinds := slices.SortedFunc(maps.Keys(c.flips), func(x, y [2]string) int {
		return cmp.Or(cmp.Compare(c.flips[y], c.flips[x]), slices.Compare(x[:], y[:]))
	})
	all, rest := 0, 0
	var list []string
	for i, k := range kinds {
		all += c.flips[k]
		if i < most {
			list = append(list, fmt.Sprintf("%s → %s %d", k[0], k[1], c.flips[k]))
		} else {
			rest += c.flips[k]
		}
	}
	if rest > 0 {
		list = append(list, fmt.Sprintf("%d of %d other kinds", rest, len(kinds)-most))
	}
	fmt.Fprintf(b, "predictions that flip: %s", share(all, c.compared))
	if len(list) > 0 {
		fmt.Fprintf(b, ": %s", strings.Join(list, ", "))
	}
	b.WriteString("\n")
}

func (l *labelled) write(b *bytes.Buffer, compared int) {
	fmt.Fprintf(b, "\nprobability of %s", Visible(l.label))
	if compared > 0 {
		fmt.Fprintf(b, ": differs by %.4f on average, by %.4f at most", l.sum/float64(compared), l.largest)
		if l.worst != 0 {
			fmt.Fprintf(b, " (revision %d)", l.worst)
		}
	}
	b.WriteString("\n")
	l.writePoints(b, compared)
	l.draw(b)
}

func (l *labelled) writePoints(b *bytes.Buffer, compared int) {
	if len(l.points) == 0 {
		return
	}
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "  operating point\tA at\tB at\tdecisions that flip\n")
	for _, p := range l.points {
		flips := "unknown"
		if p.a != nil && p.b != nil {
			flips = share(p.flips, compared)
		}
		fmt.Fprintf(tab, "  %s\t%s\t%s\t%s\n", p.query, at(p.a), at(p.b), flips)
	}
	tab.Flush()
}

// width is the most characters of a bar.
const width = 24

// draw shows how the probabilities are distributed, A beside B. Bars are as long as
// the square root of their counts: nearly all edits are fine, and on a plain scale
// the others would not be seen.
func (l *labelled) draw(b *bytes.Buffer) {
	top := 1
	for i := range bins {
		top = max(top, l.a[i], l.b[i])
	}
	fmt.Fprintf(b, "\n  bars: square root of the count\n  %-9s  %-*s  %s\n", "", width+9, "A", "B")
	for i := range bins {
		line := fmt.Sprintf("  %.2f–%.2f  %s  %s", float64(i)/bins, float64(i+1)/bins, bar(l.a[i], top), bar(l.b[i], top))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

func bar(n, top int) string {
	long := 0
	for long < width && long*long*top < n*width*width { // the root of n/top, rounded up
		long++
	}
	text := strings.Repeat("█", long)
	if n > 0 {
		text += fmt.Sprintf(" %d", n)
	}
	return text + strings.Repeat(" ", max(0, width+9-len([]rune(text))))
}

// Visible is a text as a terminal may show it: in quotes, if it has characters that
// cannot be seen. Labels come from files of others, and a terminal obeys some.
func Visible(text string) string {
	for _, r := range text {
		if !strconv.IsPrint(r) {
			return strconv.Quote(text)
		}
	}
	return text
}

func at(threshold *float64) string {
	if threshold == nil {
		return "n/a"
	}
	return fmt.Sprintf("%.3f", *threshold)
}

func share(n, of int) string {
	if of == 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d (%.2f %%)", n, 100*float64(n)/float64(of))
}
