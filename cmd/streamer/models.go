package main

import (
	"errors"

	"github.com/spf13/cobra"

	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/models"
)

func newModelsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "models", Short: "List, show, verify and compare model bundles", Args: cobra.NoArgs,
		Long: "A bundle is a model with all that it needs but the system's spelling dictionaries: a folder, or\n" +
			"embedded:NAME for one in this program. A pattern as '/srv/models/*' stands for all bundles it fits.\n" +
			"A bundle is loaded with all its checksums, and must answer its recorded examples, or there is an error.\n" +
			"streamer import makes bundles of model files.",
		Example: "  streamer models list '/srv/models/*'\n" +
			"  streamer models show models/enwiki.damaging\n" +
			"  streamer models diff models/enwiki.damaging models/next/enwiki.damaging --input revisions.jsonl",
	}
	cmd.AddCommand(newListCommand(), newShowCommand(), newInfoCommand(), newVerifyCommand(), newDiffCommand())
	return cmd
}

// dictionaryFlag is that of every command that loads bundles.
func dictionaryFlag(cmd *cobra.Command, folders *[]string) {
	cmd.Flags().StringArrayVar(folders, "dictionaries", model.DictionaryFolders(), "folder of spelling dictionaries; may be repeated")
}

// loadEach loads bundles as the service does, each apart: two versions of a model
// have one name. The models that load are returned beside the faults of the others.
func loadEach(bundles, dictionaries []string) ([]*model.Model, error) {
	var list []*model.Model
	var errs []error
	for _, bundle := range bundles {
		set, err := registry.LoadSet(models.FS, []registry.Place{{Bundle: bundle}}, dictionaries)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, set.All()...)
	}
	return list, errors.Join(errs...)
}
