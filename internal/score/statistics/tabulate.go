package statistics

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tabulate is tabulate.tabulate(rows, headers) of tabulate 0.9.0 in its "simple"
// format: columns of numbers are aligned at the decimal point and written with
// %g, all else stands left. What looks like a number is one, a label too.
func tabulate(rows [][]any, headers []any) string {
	names := make([]string, len(headers))
	for i, h := range headers {
		names[i] = str(h)
	}
	var columns []column
	if len(rows) > 0 {
		columns = make([]column, len(rows[0]))
	}
	for i := range columns {
		cells := make([]any, len(rows))
		for j, row := range rows {
			if i < len(row) {
				cells[j] = row[i]
			}
		}
		columns[i] = newColumn(cells)
	}
	if len(columns) == 0 { // headers alone
		columns = make([]column, len(names))
	}
	if len(columns) == 0 {
		return ""
	}
	for i := range columns {
		columns[i].align(names, i)
	}
	return lines(columns, len(rows), len(names) > 0)
}

// lines puts columns together.
func lines(columns []column, rows int, headed bool) string {
	var out []string
	line := func(cell func(c *column) string) {
		cells := make([]string, len(columns))
		for i := range columns {
			cells[i] = cell(&columns[i])
		}
		out = append(out, strings.TrimRightFunc(strings.Join(cells, "  "), isSpace))
	}
	rule := func(c *column) string { return strings.Repeat("-", c.width) }
	if headed {
		line(func(c *column) string { return c.header })
	}
	line(rule)
	for i := range rows {
		line(func(c *column) string { return c.cells[i] })
	}
	if !headed {
		line(rule)
	}
	return strings.Join(out, "\n")
}

// column is a column of a table, first its texts, then those padded.
type column struct {
	numeric bool
	cells   []string
	header  string
	width   int
}

// cellKind is the kind of a cell, from the least to the most generic.
type cellKind int

const (
	noneCell cellKind = iota
	boolCell
	intCell
	floatCell
	textCell
)

func kindOf(cell any) cellKind {
	switch v := cell.(type) {
	case nil:
		return noneCell
	case bool:
		return boolCell
	case float64:
		return floatCell
	case string:
		return kindOfText(v)
	}
	if _, ok := number(cell); ok {
		return intCell
	}
	return textCell
}

func kindOfText(s string) cellKind {
	if s == "True" || s == "False" {
		return boolCell
	}
	if _, ok := parseInt(s); ok {
		return intCell
	}
	x, ok := parseFloat(s)
	if !ok {
		return textCell
	}
	if math.IsInf(x, 0) || math.IsNaN(x) { // 1e999 is text
		switch strings.ToLower(s) {
		case "inf", "-inf", "nan":
		default:
			return textCell
		}
	}
	return floatCell
}

func newColumn(cells []any) column {
	kind := boolCell
	for _, cell := range cells {
		kind = max(kind, kindOf(cell))
	}
	c := column{numeric: kind == intCell || kind == floatCell, cells: make([]string, len(cells))}
	for i, cell := range cells {
		c.cells[i] = cellText(cell, kind)
	}
	return c
}

func cellText(cell any, kind cellKind) string {
	if cell == nil {
		return ""
	}
	if kind != floatCell {
		return str(cell)
	}
	if text, ok := cell.(string); ok {
		if x, ok := parseFloat(text); ok {
			return formatG(x)
		}
	} else if x, ok := number(cell); ok {
		return formatG(x)
	}
	return str(cell) // "True" among numbers, which tabulate stumbles over
}

// formatG is Python's format(x, "g").
func formatG(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return formatFloat(x)
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// align pads the cells and the column's name to one width.
func (c *column) align(names []string, i int) {
	if c.numeric {
		c.alignPoints()
	} else {
		for j, s := range c.cells {
			c.cells[j] = trimSpace(s)
		}
	}
	if i < len(names) {
		c.header = names[i]
		c.width = utf8.RuneCountInString(c.header) + 2
	}
	for _, s := range c.cells {
		c.width = max(c.width, utf8.RuneCountInString(s))
	}
	c.header = c.pad(c.header)
	for j, s := range c.cells {
		c.cells[j] = c.pad(s)
	}
}

// alignPoints adds spaces behind, so that the points of cells that end together
// stand together.
func (c *column) alignPoints() {
	most := -1
	for _, s := range c.cells {
		most = max(most, afterPoint(s))
	}
	for j, s := range c.cells {
		c.cells[j] = s + strings.Repeat(" ", most-afterPoint(s))
	}
}

// afterPoint is how much of a number follows the decimal point or, without one, the
// e of an exponent; -1 if there is neither.
func afterPoint(s string) int {
	if _, isInt := parseInt(s); isInt {
		return -1
	}
	if _, isFloat := parseFloat(s); !isFloat {
		return -1
	}
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		i = strings.LastIndexAny(s, "eE")
	}
	if i < 0 {
		return -1
	}
	return len(s) - i - 1
}

func (c *column) pad(s string) string {
	fill := strings.Repeat(" ", max(0, c.width-utf8.RuneCountInString(s)))
	if c.numeric {
		return fill + s
	}
	return s + fill
}

// tabItIn is tab_it_in of scoring/util.py.
func tabItIn(s string, tabs int) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteString(strings.Repeat("\t", tabs) + line + "\n")
	}
	return b.String()
}
