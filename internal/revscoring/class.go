package revscoring

import (
	"fmt"
	"strings"

	"revscore/internal/pickle"
)

// models are the classes of models and how they call themselves in info.type.
var models = map[string]string{
	"revscoring.scoring.models.gradient_boosting.GradientBoosting": "GradientBoosting",
	"revscoring.scoring.models.random_forest.RandomForest":         "RandomForest",
	"revscoring.scoring.models.linear.LogisticRegression":          "LogisticRegression",
	"revscoring.scoring.models.naive_bayes.GaussianNB":             "GaussianNB",
	"revscoring.scoring.models.naive_bayes.BernoulliNB":            "BernoulliNB",
	"revscoring.scoring.models.svc.SVC":                            "SVC",
	"revscoring.scoring.models.svc.LinearSVC":                      "LinearSVC",
	"revscoring.scoring.models.svc.RBFSVC":                         "RBFSVC",
}

// typeOf returns the type of the model that v is.
func typeOf(v any) (string, error) {
	o, ok := v.(*pickle.Object)
	if !ok {
		return "", fmt.Errorf("the file holds %s, must be a model of revscoring", pickle.Kind(v))
	}
	class := o.Class.String()
	switch typ := models[class]; {
	case typ != "":
		return typ, nil
	case convertible(o.Class) != nil:
		return "", convertible(o.Class)
	case ofRevscoring1(class):
		return "", fmt.Errorf("the file holds a %s of revscoring 1, must be of revscoring 2: its features meant something else", class)
	case class == "revscoring.scoring.models.naive_bayes.MultinomialNB":
		return "", fmt.Errorf("the file holds a %s, which is not supported", class)
	case strings.HasPrefix(class, "sklearn.") && known(o.Class):
		return "", fmt.Errorf("the file holds a bare %s: a model of revscoring has features, this has none; a card can name them, see import --features", class)
	}
	return "", fmt.Errorf("the file holds a %s, which is no model of revscoring 2", class)
}

func ofRevscoring1(name string) bool {
	return strings.HasPrefix(name, "revscoring.scorer_models.") || strings.HasPrefix(name, "revscoring.scorers.")
}
