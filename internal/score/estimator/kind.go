package estimator

import "fmt"

// kind names the estimator for people.
func (s *Spec) kind() string {
	name, counted, count := "", "", 0
	for _, part := range s.Parts {
		n := 0
		name, counted, n = part.kind()
		count += n
	}
	if s.Multilabel {
		name = fmt.Sprintf("%s for each of %d labels", name, len(s.Classes))
	}
	if counted == "" {
		return name
	}
	return fmt.Sprintf("%s, %d %s", name, count, counted)
}

func (s *Ensemble) kind() (name, counted string, count int) {
	name = "gradient boosting"
	if s.Mean || s.Link == Identity {
		name = "random forest"
	}
	return name, "trees", len(s.Trees)
}

func (s *Linear) kind() (name, counted string, count int) { return "logistic regression", "", 0 }

func (s *GaussianNB) kind() (name, counted string, count int) {
	return "Gaussian naive Bayes", "", 0
}

func (s *BernoulliNB) kind() (name, counted string, count int) {
	return "Bernoulli naive Bayes", "", 0
}

func (s *SVC) kind() (name, counted string, count int) {
	return "support vector machine (" + s.Kernel + ")", "vectors", len(s.Support)
}

// kind tells boosting from forests by what becomes of the sums: only boosting's are
// logarithms.
func (c *Chain) kind() (name, counted string, count int) {
	name, counted, count = c.Scores.kind()
	if _, trees := c.Scores.(*Ensemble); !trees {
		return name, counted, count
	}
	name = "random forest"
	for _, s := range c.After {
		switch s.Op {
		case Expit, Sigmoid, SoftmaxAll, SoftmaxZero:
			name = "gradient boosting"
		}
	}
	return name, counted, count
}
