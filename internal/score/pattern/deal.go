package pattern

import (
	"cmp"
	"slices"
)

// dealer puts windows into buckets so that the buckets accept little more than
// their windows do.
type dealer struct {
	weights []float64 // by symbol: how common it is, roughly
}

// maxClusters is where pairs of neighbours are no longer joined blindly.
const maxClusters = 96

// deal joins the two clusters that cost least until every one has its bucket.
// What a cluster accepts is measured by the product of its lanes.
func deal(windows []window, a *alphabet) []window {
	d := dealer{weights: make([]float64, a.size())}
	for s := range a.sample {
		d.weights[s] = 2 // a letter of the pattern's own script
	}
	for _, s := range a.ascii {
		d.weights[s] = 0
	}
	for _, s := range a.ascii {
		d.weights[s]++
	}
	clusters := slices.Clone(windows)
	slices.SortStableFunc(clusters, func(v, w window) int {
		return cmp.Or(slices.Compare(v[1], w[1]), slices.Compare(v[2], w[2]))
	})
	// Neighbours in this order begin alike, so joining them costs little.
	for len(clusters) > maxClusters {
		half := clusters[:0]
		for i := 0; i < len(clusters); i += 2 {
			half = append(half, clusters[i].join(clusters[min(i+1, len(clusters)-1)]))
		}
		clusters = half
	}
	return d.merge(clusters)
}

// merge joins pairs until laneBits are left. It costs the square of the number of clusters, and once more that for the
// tables: some milliseconds for a large lexicon, once.
func (d dealer) merge(clusters []window) []window {
	sizes := make([]float64, len(clusters))
	costs := make([][]float64, len(clusters)) // of joining with an earlier one
	price := func(i, j int) float64 {
		return d.size(clusters[i].join(clusters[j])) - sizes[i] - sizes[j]
	}
	for i := range clusters {
		sizes[i] = d.size(clusters[i])
		costs[i] = make([]float64, i)
		for j := range costs[i] {
			costs[i][j] = price(i, j)
		}
	}
	for n := len(clusters); n > laneBits; n-- {
		i, j := cheapest(costs)
		clusters[j] = clusters[j].join(clusters[i])
		sizes[j] = d.size(clusters[j])
		last := n - 1
		clusters[i], sizes[i] = clusters[last], sizes[last]
		clusters, costs = clusters[:last], costs[:last]
		for k := range last {
			for _, changed := range []int{i, j} {
				if k != changed && changed < last {
					hi, lo := max(k, changed), min(k, changed)
					costs[hi][lo] = price(hi, lo)
				}
			}
		}
	}
	return clusters
}

// cheapest finds the least entry below the diagonal.
func cheapest(costs [][]float64) (row, column int) {
	row, column = 1, 0
	for i, line := range costs {
		for j, c := range line {
			if c < costs[row][column] {
				row, column = i, j
			}
		}
	}
	return row, column
}

// size leaves out the left neighbour: nearly all windows ask the same of it.
func (d dealer) size(w window) float64 {
	product := 1.0
	for _, set := range w[1:] {
		sum := 0.01
		set.each(func(s int) { sum += d.weights[s] })
		product *= sum
	}
	return product
}

// join accepts what either accepts in each lane, and so any mixture.
func (w window) join(v window) window {
	for lane := range w {
		w[lane] = w[lane].or(v[lane])
	}
	return w
}
