package feed

import (
	"fmt"
	"time"

	"github.com/rivo/uniseg"
)

// Widths of a line's columns. The title stands last: whatever its letters do to
// a terminal's idea of width or direction, the other columns are done by then.
const (
	modelWidth   = 14
	answerWidth  = 22 // holds UnexpectedContentType
	answerNarrow = 14 // on terminals below narrow, for the title's sake
	narrow       = 100
	wikiWidth    = 12
	minTitle     = 16
	// plainWidth is how wide lines are where there is no terminal to ask.
	plainWidth = 120
)

// ANSI colours, of the 16 that every terminal theme has made legible.
const (
	reset  = "\x1b[0m"
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	green  = "\x1b[32m"
	cyan   = "\x1b[36m"
)

func answerCells(width int) int {
	if width < narrow {
		return answerNarrow
	}
	return answerWidth
}

// head names the columns.
func head(width int) string {
	return fmt.Sprintf("%5s  %s  %s  %s  %7s  %s", "prob.", pad("model", modelWidth), pad("answer", answerCells(width)),
		pad("wiki", wikiWidth), "latency", "title")
}

// line writes an entry in width cells.
func line(e Entry, width int, colour bool) string {
	value, answer := "    –", e.Error
	if e.Error == "" {
		answer = e.Prediction
		if e.Probability != nil {
			value = fmt.Sprintf("%5.2f", *e.Probability)
		}
	}
	verdict := value + "  " + pad(e.Model, modelWidth) + "  " + pad(answer, answerCells(width))
	rest := fmt.Sprintf("  %s  %7s  ", pad(e.Wiki, wikiWidth), short(time.Duration(e.Latency*float64(time.Millisecond))))
	room := max(width-uniseg.StringWidth(verdict)-uniseg.StringWidth(rest), minTitle)
	if colour {
		verdict = colourOf(e) + verdict + reset
	}
	return verdict + rest + clip(e.Title, room)
}

// Levels of concern, for colours here and on the page (feed.js has them too).
const (
	highConcern = 0.75
	someConcern = 0.5
)

func colourOf(e Entry) string {
	switch {
	case e.Error != "":
		return dim
	case e.Concern == nil:
		return cyan
	case *e.Concern >= highConcern:
		return red
	case *e.Concern >= someConcern:
		return yellow
	default:
		return green
	}
}
