// Package feed shows what the pipeline reports while it happens: a [Tally] that
// counts everything, a [Terminal] with a line for each score, and a [Hub] with a
// page for the browser. Each has an Observe method for score.Parts.Observe.
//
// Guarantees:
//
//   - Observe returns within a few microseconds, whoever watches: it
//     counts under a short lock and offers the score to a bounded queue. A full
//     queue drops the line, not the count. Slow terminals and slow browsers
//     never hold up the pipeline, nor each other.
//   - Counts are exact, and they add up; see [Counts].
//   - Titles, wiki names and addresses are hostile text. They are printed without
//     control characters and direction overrides, reach the page as JSON strings
//     that it only ever sets as text, and become links only as http or https.
//   - Nothing that is shown keeps a record's bytes alive.
//
// Limits: at high rates terminal and page show a part of the scores and say how
// many they left out. The package is for looking on: alarms belong on the
// counters of the other packages, which is why it has none of its own.
package feed
