// Package stem reduces words to their Snowball stems exactly as the stemmers of
// NLTK 3.6.6 do (nltk/stem/snowball.py, SnowballStemmer with its default
// ignore_stopwords=False), which the reference calls for each word
// (revscoring/languages/*.py, "stemmed"). "Exactly" matters because models count
// distinct stems and their letters.
//
// Guarantees:
//   - Any text is a word: nothing panics, and what no rule knows comes out as
//     it went in, in lower case.
//   - Time and memory are linear in the word. One of 32 bytes or less costs no
//     allocation, but for a few Romanian and French rules.
//   - Any number of goroutines may use a [Stemmer].
//
// NLTK's stemmers are ports of Snowball by hand, with slips of their own that
// have to be kept: they make "residt" of the Italian "residenza" and "sensate"
// of "sensationalism", and in Russian put no Latin letter in lower case. That is
// why there is no library here. Two were measured on the 150,223
// distinct words of real pages. github.com/blevesearch/snowballstem 0.9.0 (2020)
// has all nine languages; given words in the right lower case it agrees on all
// words in German and Spanish and on all but 1 to 314 in others, but in Russian
// it differs on 51,546, and on words made of the suffixes themselves it differs
// in every language but German. github.com/kljensen/snowball 0.10.0 (2024) has
// four languages, and differs in each. The differences lie inside the steps, in
// which part of a word a rule looks at, so that mending means to own the steps.
//
// Here a word is one byte a letter, as it was one character a letter in Python,
// and a region (Snowball's R1, R2, RV) is how many of the last letters it holds.
// That is enough as long as a region stays the end of its word. In French,
// Romanian and Russian NLTK lets the two drift apart; there the regions are
// texts of their own.
//
// Limits. Python has no text with broken UTF-8: here a byte that belongs to no
// character counts as one letter that no rule knows.
package stem
