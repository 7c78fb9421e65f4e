package feed

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

const (
	// maxText is how many bytes of a name are looked at. MediaWiki allows 255 in
	// a title; an event may claim megabytes.
	maxText = 1024
	// maxMarks is how many combining marks may follow each other. Vietnamese
	// and Thai need two, polytonic Greek three; more pile up over other lines.
	maxMarks = 4
)

// plain makes a text that users wrote safe to show: no control characters (a
// terminal obeys them), no direction overrides (they make a text read as
// another), nothing invisible but the joiners that scripts need, no towers of
// marks, only valid UTF-8. What is taken away leaves a U+FFFD, so that a title
// shows that it was tampered with.
func plain(s string) string {
	if len(s) > maxText {
		cut := maxText
		for cut > maxText-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = strings.Clone(s[:cut]) // the rest must not stay in memory with it
	}
	if !strings.ContainsFunc(s, suspect) {
		return s
	}
	var b strings.Builder
	marks := 0
	for _, r := range s {
		if !unicode.Is(unicode.M, r) {
			marks = 0
		} else if marks++; marks > maxMarks {
			continue
		}
		if !showable(r) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

// suspect finds the texts that need a closer look. Invalid bytes decode as
// U+FFFD.
func suspect(r rune) bool {
	return r == utf8.RuneError || unicode.Is(unicode.M, r) || !showable(r)
}

const (
	nonJoiner = '\u200c' // Persian and Indic scripts spell with it
	joiner    = '\u200d' // and emoji of several parts are held together by it
)

// showable says which characters have a shape or are needed to give others
// theirs. Format characters have none and are left out, except for the Arabic
// signs that enclose digits.
func showable(r rune) bool {
	return r >= ' ' && r < 0x7f || unicode.IsGraphic(r) || r == joiner || r == nonJoiner ||
		unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// title shows a page title as wikis do, with spaces.
func title(s string) string { return strings.ReplaceAll(plain(s), "_", " ") }

// clip cuts a text to a width in terminal cells, between graphemes: a wide
// character counts two, a letter with its marks one.
func clip(s string, width int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	var b strings.Builder
	room := width - 1 // for the ellipsis
	for state := -1; s != ""; {
		var cluster string
		var w int
		cluster, s, w, state = uniseg.FirstGraphemeClusterInString(s, state)
		if room -= w; room < 0 {
			break
		}
		b.WriteString(cluster)
	}
	return b.String() + "…"
}

// pad clips a text and fills it up with spaces to a width in terminal cells.
func pad(s string, width int) string {
	s = clip(s, width)
	return s + strings.Repeat(" ", max(width-uniseg.StringWidth(s), 0))
}
