package simwiki

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord is the longest run of letters taken for a word. Scripts without spaces
// have longer ones, of which the first letters are taken.
const maxWord = 24

// maxTypos bounds the misspellings remembered for a page.
const maxTypos = 4

// prose returns the bounds of a random line of running text, ok false if a few
// looks found none. It looks at the line around a random place, so that the cost
// does not grow with the number of lines.
func prose(rng *rand.Rand, text string) (start, end int, ok bool) {
	if text == "" {
		return 0, 0, false
	}
	for range 12 {
		at := rng.IntN(len(text))
		start = strings.LastIndexByte(text[:at], '\n') + 1
		end = len(text)
		if n := strings.IndexByte(text[start:], '\n'); n >= 0 {
			end = start + n
		}
		line := strings.TrimLeft(text[start:end], "'")
		first, _ := utf8.DecodeRuneInString(line)
		if len(line) > 40 && unicode.IsLetter(first) {
			return start, end, true
		}
	}
	return 0, 0, false
}

// word returns the bounds of a random word of running text outside links,
// templates and tags.
func word(rng *rand.Rand, text string) (start, end int, ok bool) {
	from, to, ok := prose(rng, text)
	if !ok {
		return 0, 0, false
	}
	at := from + rng.IntN(to-from)
	depth, begin := 0, -1
	for i, r := range text[from:to] {
		i += from
		letter := unicode.In(r, unicode.Letter, unicode.Mark)
		switch {
		case letter && begin < 0:
			begin = i
		case letter:
		default:
			if n := runes(text, begin, i); begin >= at && depth == 0 && n >= 4 {
				if n > maxWord {
					i = begin + len(string([]rune(text[begin:i])[:4]))
				}
				return begin, i, true
			}
			begin = -1
			switch r {
			case '[', '{', '<':
				depth++
			case ']', '}', '>':
				depth--
			}
		}
	}
	return 0, 0, false
}

// runes counts the runes of a word, 0 if none has begun.
func runes(text string, begin, end int) int {
	if begin < 0 {
		return 0
	}
	return utf8.RuneCountInString(text[begin:end])
}

// insertAtWord puts something before a random word, or first if there is none.
func insertAtWord(rng *rand.Rand, text, what string) string {
	at, _, _ := word(rng, text)
	return text[:at] + what + text[at:]
}

// linkWord makes a random word a link; "" if none was found.
func linkWord(rng *rand.Rand, text string) string {
	start, end, ok := word(rng, text)
	if !ok {
		return ""
	}
	return text[:start] + "[[" + text[start:end] + "]]" + text[end:]
}

// appendToLine puts something after a random line of running text.
func appendToLine(rng *rand.Rand, text, what string) string {
	_, at, ok := prose(rng, text)
	if !ok {
		return text + "\n\n" + what
	}
	return text[:at] + what + text[at:]
}

// addSentence adds a sentence, at times under a new heading. Those who are new
// misspell some, which the page remembers for others to mend.
func addSentence(rng *rand.Rand, s *site, p *page, a *author) string {
	sentence := oneOf(rng, s.lang.Sentences)
	if (a.anonymous || a.edits < 50) && chance(rng, 50) {
		if wrong := swapLetters(rng, sentence); wrong != sentence && len(p.typos) < maxTypos {
			p.typos = append(p.typos, typo{wrong, sentence})
			sentence = wrong
		}
	}
	switch n := rng.IntN(100); {
	case n < 15:
		return appendToLine(rng, p.text, "\n\n== "+oneOf(rng, s.lang.Headings)+" ==\n"+sentence)
	case n < 40:
		return appendToLine(rng, p.text, "\n\n"+sentence)
	}
	return appendToLine(rng, p.text, " "+sentence)
}

// mend corrects the page's oldest typo; "" if there is none.
func mend(p *page) string {
	for len(p.typos) > 0 {
		t := p.typos[0]
		p.typos = p.typos[1:]
		if strings.Contains(p.text, t.wrong) {
			return strings.Replace(p.text, t.wrong, t.right, 1)
		}
	}
	return ""
}

// swapLetters exchanges two neighbouring letters of a sentence, the first that
// differ after a random place.
func swapLetters(rng *rand.Rand, sentence string) string {
	runes := []rune(sentence)
	for i := 1 + rng.IntN(len(runes)-1); i+1 < len(runes); i++ {
		if unicode.IsLetter(runes[i]) && unicode.IsLetter(runes[i+1]) && runes[i] != runes[i+1] {
			runes[i], runes[i+1] = runes[i+1], runes[i]
			break
		}
	}
	return string(runes)
}

// mark renews the line that a bot leaves at the end of a page.
func mark(text, bot string, checks int) string {
	const head = "\n<!-- checked by "
	if at := strings.LastIndex(text, head); at >= 0 {
		text = text[:at]
	}
	return fmt.Sprintf("%s%s%s, pass %d -->", text, head, bot, checks)
}
