package score

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"revscore/internal/event"
	"revscore/internal/score/fetch"
	"revscore/internal/score/model"
)

// ShadowConfig names a model that is tried out beside a route's own. A shadow is
// asked about the revisions whose score is computed for the route (not those whose
// score was cached), on features evaluated in the same pass, after the live answer
// is acknowledged. It is never published, cached or marked; whatever is wrong with
// it is counted, and no more.
type ShadowConfig struct {
	Model     string  `yaml:"model" help:"Name in service of the model; empty: none. It gets the texts that the route's model asks for."`
	Tolerance float64 `yaml:"tolerance" help:"Difference of a label's probability up to which two answers are the same."`
	Sample    float64 `yaml:"sample" help:"Share of the revisions with different answers that are reported one by one, from 0 to 1; always the same revisions."`
	Topic     string  `yaml:"topic" help:"Topic that gets the reported differences as JSON (docs/formats/shadow.md); empty: only the log."`
}

// check reports every fault of the settings of a route with a live model.
func (c ShadowConfig) check(live string, models Models, fault func(format string, args ...any)) {
	if c.Model == "" {
		if c != (ShadowConfig{}) {
			fault("shadow.model is empty, must name a model, or the section must go")
		}
		return
	}
	switch {
	case c.Model == live:
		fault("shadow.model is %s, which is the route's own", c.Model)
	case len(models.Wikis(c.Model)) == 0:
		fault("shadow.model %s is in no bundle under models", c.Model)
	}
	if !(c.Tolerance >= 0 && c.Tolerance < 1) { // NaN too
		fault("shadow.tolerance is %v, must be at least 0 and below 1", c.Tolerance)
	}
	if !(c.Sample >= 0 && c.Sample <= 1) {
		fault("shadow.sample is %v, must be from 0 to 1", c.Sample)
	}
	if c.Topic != "" && c.Sample == 0 {
		fault("shadow.topic is %s and shadow.sample 0: the topic would stay empty", c.Topic)
	}
}

// sampled tells whether a revision is in the sample: by its hash, so that every
// instance, every model and every run picks the same ones. The hash is a good one
// since consecutive ids must be spread.
func (c ShadowConfig) sampled(rev *event.Revision) bool {
	sum := sha256.Sum256(strconv.AppendInt(append([]byte(rev.Wiki), 0), rev.RevID, 10))
	const bits = 53 // those of a float64
	return float64(binary.BigEndian.Uint64(sum[:])>>(64-bits)) < c.Sample*(1<<bits)
}

// ShadowResult says how a shadow's answer stands to the live one.
type ShadowResult string

// How a shadow's answer may stand to the live one.
const (
	ShadowSame        ShadowResult = "same"        // also when both failed for one reason
	ShadowPrediction  ShadowResult = "prediction"  // another label is predicted
	ShadowProbability ShadowResult = "probability" // the same, with probabilities beyond tolerance
	ShadowFailed      ShadowResult = "failed"      // the shadow has no score
	ShadowLiveFailed  ShadowResult = "live_failed" // the live one has none, the shadow has
)

// Difference is how a shadow answered otherwise than the live model.
type Difference struct {
	Result  ShadowResult
	Outcome event.Outcome // the shadow's
	// Largest is the largest difference of a label's probability; 0 when one of the
	// two has no score.
	Largest float64
}

// differ compares two outcomes. A label that only one model knows has probability 0
// with the other.
func differ(live, shadow event.Outcome, tolerance float64) Difference {
	d := Difference{Outcome: shadow}
	switch {
	case live.Score == nil && shadow.Score == nil:
		d.Result = ShadowFailed
		if live.Failure.Type == shadow.Failure.Type {
			d.Result = ShadowSame
		}
		return d
	case live.Score == nil:
		d.Result = ShadowLiveFailed
		return d
	case shadow.Score == nil:
		d.Result = ShadowFailed
		return d
	}
	for label, p := range live.Score.Probability {
		d.Largest = max(d.Largest, math.Abs(p-shadow.Score.Probability[label]))
	}
	for label, p := range shadow.Score.Probability {
		d.Largest = max(d.Largest, math.Abs(p-live.Score.Probability[label]))
	}
	switch {
	case !slices.Equal(slices.Sorted(slices.Values(live.Score.Labels())), slices.Sorted(slices.Values(shadow.Score.Labels()))):
		d.Result = ShadowPrediction
	case d.Largest > tolerance:
		d.Result = ShadowProbability
	default:
		d.Result = ShadowSame
	}
	return d
}

// errNotFetched is what a shadow that needs texts gets beside models that need none:
// a shadow causes no API calls.
var errNotFetched = &failure{Failure: event.Failure{Type: typeCaught, Message: "no text was fetched: the live model asks for none"}}

// barShadows gives shadows that cannot be asked on these texts their failure.
func barShadows(answers []*answer, texts fetch.Texts, missing *failure) {
	for _, a := range answers {
		if a.ShadowModel == nil {
			continue
		}
		if f := obstacle(a.ShadowModel, texts, missing); f != nil {
			a.shadow = func() event.Outcome { return event.Outcome{Failure: &f.Failure} }
		}
	}
}

// shadowsOf lists the shadows that are to be asked, each once.
func shadowsOf(answers []*answer) []*model.Model {
	var list []*model.Model
	for _, a := range answers {
		if a.ShadowModel != nil && a.shadow == nil && !slices.Contains(list, a.ShadowModel) {
			list = append(list, a.ShadowModel)
		}
	}
	return list
}

// setShadows gives answers the functions that ask their shadows.
func setShadows(answers []*answer, shadows []*model.Model, later []func() Result) {
	for _, a := range answers {
		if i := slices.Index(shadows, a.ShadowModel); i >= 0 && a.shadow == nil {
			a.shadow = func() event.Outcome { return later[i]().Outcome }
		}
	}
}

// compare asks the shadows of what was just answered. It comes last: the live
// answers are acknowledged and marked, and the page's next event has gone.
func (p *Pipeline) compare(ctx context.Context, j *job, answers []*answer) {
	for _, a := range answers {
		if a.shadow == nil || a.silent {
			continue
		}
		d := p.ask(a)
		p.metrics.shadows.WithLabelValues(a.Name, a.Shadow.Model, string(d.Result)).Inc()
		if a.Score != nil && d.Outcome.Score != nil {
			p.metrics.differences.WithLabelValues(a.Name, a.Shadow.Model).Observe(d.Largest)
		}
		if d.Result == ShadowSame || !a.Shadow.sampled(j.rev) {
			continue
		}
		if p.Observe != nil {
			p.Observe(Report{
				Kind: KindShadow, Record: j.rec, Revision: j.rev, Stream: a.Stream, Model: a.Name,
				Outcome: a.Outcome, Shadow: &d, Latency: time.Since(j.rec.Received),
			})
		}
		if a.Shadow.Topic != "" {
			p.offer(ctx, j.rev, a, d)
		}
	}
}

// ask lets one shadow answer. A panic ends with it.
func (p *Pipeline) ask(a *answer) (d Difference) {
	shadow := event.Outcome{Model: a.Shadow.Model, Version: a.ShadowModel.Version()}
	defer func() {
		if v := recover(); v != nil {
			p.Engine.metrics.panics.Inc()
			shadow.Score, shadow.Failure = nil, &event.Failure{Type: typeCaught, Message: fmt.Sprintf("panic, a bug of this program: %v at %s", v, innermost())}
			d = Difference{Result: ShadowFailed, Outcome: shadow}
		}
	}()
	answer := a.shadow()
	shadow.Score, shadow.Failure = answer.Score, answer.Failure
	return differ(a.Outcome, shadow, a.Shadow.Tolerance)
}

// maxOffered bounds the differences on their way to the broker, so that a topic
// that takes none leaves the producer's queue to scores.
const maxOffered = 100

// offerTimeout ends the wait for a topic that takes none, and so a stop's.
const offerTimeout = 10 * time.Second

// offer hands a difference to the broker, or drops it: nothing waits for it, and
// nothing depends on it. A message that is lost is not sent again; one is repeated
// only where the score it belongs to is.
func (p *Pipeline) offer(ctx context.Context, rev *event.Revision, a *answer, d Difference) {
	value, err := encodeDifference(rev, a, d)
	if err != nil || p.Differences == nil {
		p.metrics.offers.WithLabelValues("dropped").Inc()
		return
	}
	select {
	case p.offered <- struct{}{}:
	default:
		p.metrics.offers.WithLabelValues("dropped").Inc()
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), offerTimeout)
	m := event.Message{Topic: a.Shadow.Topic, Key: event.EncodeKey(rev.Wiki, rev.PageID), Value: value}
	p.Differences.Offer(ctx, m, func(err error) {
		cancel()
		<-p.offered
		result := "sent"
		if err != nil {
			result = "refused"
		}
		p.metrics.offers.WithLabelValues(result).Inc()
	})
}
