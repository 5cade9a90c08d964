#include "palette.h"

#include <algorithm>
#include <utility>

#include "colour_samples.h"

namespace pixels {

namespace {

/// Mean squared error of a channel, 45 dB, that is good enough: more colours than that takes only make the file larger.
constexpr double kGoodError = 2.06;

/// Of the values of some samples, channel by channel.
struct Moments {
  uint64_t count = 0;
  uint64_t sums[4] = {0, 0, 0, 0};
  uint64_t squares[4] = {0, 0, 0, 0};

  Moments Without(const Moments& part) const {
    Moments rest;
    rest.count = count - part.count;
    for (uint32_t c = 0; c < 4; c++) {
      rest.sums[c] = sums[c] - part.sums[c];
      rest.squares[c] = squares[c] - part.squares[c];
    }
    return rest;
  }
};

struct Group {
  uint32_t begin;
  uint32_t end;
  Moments moments;
  double error;
  /// The channel whose values spread most.
  uint32_t axis;
};

class Divider {
 public:
  explicit Divider(const std::vector<Sample>& samples) : samples_(samples) {}

  /// `error`: of what the samples stand for, which no division changes.
  std::vector<Group> Divide(uint32_t max_groups, double error) {
    const auto size = static_cast<uint32_t>(samples_.size());
    std::vector<Group> groups;
    groups.reserve(max_groups);
    groups.push_back(Measured(0, size, MomentsOf(0, size)));
    const double good_error = static_cast<double>(groups[0].moments.count) * 4 * kGoodError;
    error += groups[0].error;
    while (groups.size() < max_groups && error > good_error) {
      size_t worst = 0;
      for (size_t i = 1; i < groups.size(); i++) {
        if (groups[i].error > groups[worst].error) worst = i;
      }
      if (!(groups[worst].error > 0)) break;
      const Group group = groups[worst];
      const uint32_t middle = Cut(group);
      // The larger part is what the smaller one leaves.
      const bool lower_is_smaller = middle - group.begin < group.end - middle;
      const Moments part = lower_is_smaller ? MomentsOf(group.begin, middle) : MomentsOf(middle, group.end);
      const Moments rest = group.moments.Without(part);
      groups[worst] = Measured(group.begin, middle, lower_is_smaller ? part : rest);
      groups.push_back(Measured(middle, group.end, lower_is_smaller ? rest : part));
      error += groups[worst].error + groups.back().error - group.error;
    }
    return groups;
  }

  const std::vector<Sample>& samples() const { return samples_; }

 private:
  Moments MomentsOf(uint32_t begin, uint32_t end) const {
    Moments moments;
    for (uint32_t i = begin; i < end; i++) {
      const Sample& sample = samples_[i];
      moments.count += sample.count;
      for (uint32_t c = 0; c < 4; c++) {
        const uint64_t weighted = uint64_t{sample.count} * sample.value[c];
        moments.sums[c] += weighted;
        moments.squares[c] += weighted * sample.value[c];
      }
    }
    return moments;
  }

  static Group Measured(uint32_t begin, uint32_t end, const Moments& moments) {
    Group group = {begin, end, moments, 0, 0};
    double widest = -1;
    for (uint32_t c = 0; c < 4; c++) {
      const auto sum = static_cast<double>(moments.sums[c]);
      const double error = static_cast<double>(moments.squares[c]) - (sum * sum) / static_cast<double>(moments.count);
      group.error += error;
      if (error <= widest) continue;
      widest = error;
      group.axis = c;
    }
    // Two values that are one apart have an error of a half and more; less is that of rounding.
    if (group.error < 0.25) group.error = 0;
    return group;
  }

  /// Puts the samples below the best threshold first; returns where the others begin.
  uint32_t Cut(const Group& group) {
    const uint32_t threshold = ThresholdOf(group);
    // Always swapped: no jump depends on the values.
    uint32_t middle = group.begin;
    Sample* samples = samples_.data();
    for (uint32_t i = group.begin; i < group.end; i++) {
      const bool is_lower = samples[i].value[group.axis] <= threshold;
      std::swap(samples[i], samples[middle]);
      middle += is_lower;
    }
    return middle;
  }

  /// The greatest value of the lower part when a group is cut where the means of its parts are farthest apart, weighted:
  /// there the sum of their errors is least (Otsu, A Threshold Selection Method from Gray-Level Histograms, 1979).
  uint32_t ThresholdOf(const Group& group) const {
    const uint32_t axis = group.axis;
    uint32_t counts[256] = {};
    uint32_t least = 255;
    uint32_t greatest = 0;
    for (uint32_t i = group.begin; i < group.end; i++) {
      const uint32_t value = samples_[i].value[axis];
      counts[value] += samples_[i].count;
      least = std::min(least, value);
      greatest = std::max(greatest, value);
    }
    const double mean = static_cast<double>(group.moments.sums[axis]) / static_cast<double>(group.moments.count);
    double best = -1;
    uint32_t threshold = least;
    uint64_t count = 0;
    uint64_t sum = 0;
    for (uint32_t value = least; value < greatest; value++) {
      if (counts[value] == 0) continue;
      count += counts[value];
      sum += uint64_t{counts[value]} * value;
      const auto low = static_cast<double>(count);
      const auto high = static_cast<double>(group.moments.count - count);
      const double distance = static_cast<double>(sum) - mean * low;
      const double gain = (distance * distance) / (low * high);
      if (gain <= best) continue;
      best = gain;
      threshold = value;
    }
    return threshold;
  }

  std::vector<Sample> samples_;
};

}  // namespace

Palette DividePalette(const std::vector<Cell>& cells, uint32_t max_colors) {
  if (cells.empty()) return {};
  const ColourSamples samples(cells, max_colors);
  Divider divider(samples.samples());
  std::vector<uint8_t> entry_of_sample(samples.samples().size());
  std::vector<Colour> colours;
  for (const Group& group : divider.Divide(max_colors, samples.error())) {
    ColourSums sums;
    for (uint32_t i = group.begin; i < group.end; i++) {
      const Sample& sample = divider.samples()[i];
      entry_of_sample[sample.number] = static_cast<uint8_t>(colours.size());
      sums.Add(samples.SumsOf(sample));
    }
    colours.push_back(sums.Mean());
  }
  return {std::move(colours), samples.ByCell(entry_of_sample)};
}

}  // namespace pixels
