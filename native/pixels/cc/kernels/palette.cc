#include "palette.h"

#include <utility>

namespace pixels {

namespace {

/// Mean squared error of a channel, 45 dB, that is good enough: more colours than that takes only make the file larger.
constexpr double kGoodError = 2.06;

/// A cell's mean, premultiplied, to whole numbers.
struct Sample {
  uint32_t cell;
  uint32_t count;
  uint8_t value[4];
};

struct Group {
  uint32_t begin;
  uint32_t end;
  double error;
  /// The channel whose values spread most.
  uint32_t axis;
};

class Divider {
 public:
  explicit Divider(const std::vector<Cell>& cells) {
    for (uint32_t i = 0; i < cells.size(); i++) {
      Sample sample = {i, cells[i].count, {0, 0, 0, 0}};
      const uint64_t scale = uint64_t{cells[i].count} * 255;
      for (uint32_t c = 0; c < 4; c++) sample.value[c] = static_cast<uint8_t>((cells[i].sums[c] + scale / 2) / scale);
      samples_.push_back(sample);
    }
  }

  std::vector<Group> Divide(uint32_t max_groups) {
    std::vector<Group> groups = {Measure(0, static_cast<uint32_t>(samples_.size()))};
    const double good_error = GoodError();
    double error = groups[0].error;
    while (groups.size() < max_groups && error > good_error) {
      size_t worst = 0;
      for (size_t i = 1; i < groups.size(); i++) {
        if (groups[i].error > groups[worst].error) worst = i;
      }
      if (!(groups[worst].error > 0)) break;
      const Group group = groups[worst];
      const uint32_t middle = Cut(group);
      groups[worst] = Measure(group.begin, middle);
      groups.push_back(Measure(middle, group.end));
      error += groups[worst].error + groups.back().error - group.error;
    }
    return groups;
  }

  const std::vector<Sample>& samples() const { return samples_; }

 private:
  /// Of all channels of all pixels.
  double GoodError() const {
    double count = 0;
    for (const Sample& sample : samples_) count += sample.count;
    return count * 4 * kGoodError;
  }

  Group Measure(uint32_t begin, uint32_t end) const {
    uint64_t count = 0;
    uint64_t sums[4] = {0, 0, 0, 0};
    uint64_t squares[4] = {0, 0, 0, 0};
    for (uint32_t i = begin; i < end; i++) {
      const Sample& sample = samples_[i];
      count += sample.count;
      for (uint32_t c = 0; c < 4; c++) {
        const uint64_t weighted = uint64_t{sample.count} * sample.value[c];
        sums[c] += weighted;
        squares[c] += weighted * sample.value[c];
      }
    }
    Group group = {begin, end, 0, 0};
    double widest = -1;
    for (uint32_t c = 0; c < 4; c++) {
      const auto sum = static_cast<double>(sums[c]);
      const double error = static_cast<double>(squares[c]) - (sum * sum) / static_cast<double>(count);
      group.error += error;
      if (error <= widest) continue;
      widest = error;
      group.axis = c;
    }
    // A group of one value has no error but that of rounding.
    if (IsOneValue(begin, end)) group.error = 0;
    return group;
  }

  bool IsOneValue(uint32_t begin, uint32_t end) const {
    for (uint32_t i = begin + 1; i < end; i++) {
      for (uint32_t c = 0; c < 4; c++) {
        if (samples_[i].value[c] != samples_[begin].value[c]) return false;
      }
    }
    return true;
  }

  /// Puts the samples below the best threshold first; returns where the others begin.
  uint32_t Cut(const Group& group) {
    uint64_t counts[256] = {};
    uint64_t sums[256] = {};
    uint64_t total_count = 0;
    uint64_t total_sum = 0;
    for (uint32_t i = group.begin; i < group.end; i++) {
      const uint32_t value = samples_[i].value[group.axis];
      counts[value] += samples_[i].count;
      sums[value] += uint64_t{samples_[i].count} * value;
      total_count += samples_[i].count;
      total_sum += uint64_t{samples_[i].count} * value;
    }
    double best = -1;
    uint32_t threshold = 0;
    uint64_t count = 0;
    uint64_t sum = 0;
    for (uint32_t value = 0; value < 256; value++) {
      if (counts[value] == 0) continue;
      count += counts[value];
      sum += sums[value];
      if (count == total_count) break;
      const auto low = static_cast<double>(sum);
      const auto high = static_cast<double>(total_sum - sum);
      const double gain = (low * low) / static_cast<double>(count) + (high * high) / static_cast<double>(total_count - count);
      if (gain <= best) continue;
      best = gain;
      threshold = value;
    }
    uint32_t middle = group.begin;
    for (uint32_t i = group.begin; i < group.end; i++) {
      if (samples_[i].value[group.axis] <= threshold) std::swap(samples_[i], samples_[middle++]);
    }
    return middle;
  }

  std::vector<Sample> samples_;
};

Colour MeanOf(const uint64_t sums[4], uint64_t count) {
  const uint64_t scale = count * 255;
  const auto alpha = static_cast<uint32_t>((sums[3] + scale / 2) / scale);
  if (alpha == 0) return 0;
  Colour colour = alpha << 24;
  const uint64_t weight = sums[3] / 255;
  for (uint32_t c = 0; c < 3; c++) colour |= static_cast<uint32_t>((sums[c] + weight / 2) / weight) << (c * 8);
  return colour;
}

}  // namespace

Palette DividePalette(const std::vector<Cell>& cells, uint32_t max_colors) {
  Palette palette;
  palette.entry_of_cell.resize(cells.size());
  if (cells.empty()) return palette;
  Divider divider(cells);
  for (const Group& group : divider.Divide(max_colors)) {
    uint64_t sums[4] = {0, 0, 0, 0};
    uint64_t count = 0;
    for (uint32_t i = group.begin; i < group.end; i++) {
      const Cell& cell = cells[divider.samples()[i].cell];
      palette.entry_of_cell[divider.samples()[i].cell] = static_cast<uint8_t>(palette.colours.size());
      count += cell.count;
      for (uint32_t c = 0; c < 4; c++) sums[c] += cell.sums[c];
    }
    palette.colours.push_back(MeanOf(sums, count));
  }
  return palette;
}

}  // namespace pixels
