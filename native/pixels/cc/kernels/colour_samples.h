#ifndef PIXELS_KERNELS_COLOUR_SAMPLES_H_
#define PIXELS_KERNELS_COLOUR_SAMPLES_H_

#include <cstdint>
#include <vector>

#include "colour_table.h"

namespace pixels {

/// A colour to be put into a group, premultiplied. Of a size that is moved by one instruction.
struct alignas(16) Sample {
  uint32_t count;
  uint8_t value[4];
  /// Its number before samples are put in order.
  uint32_t number;
};

/// Of the pixels of some colours: red, green and blue times alpha, and alpha.
struct ColourSums {
  uint64_t count = 0;
  uint64_t red = 0;
  uint64_t green = 0;
  uint64_t blue = 0;
  uint64_t alpha = 0;

  void Add(const ColourSums& other) {
    count += other.count;
    red += other.red;
    green += other.green;
    blue += other.blue;
    alpha += other.alpha;
  }
  /// There are pixels.
  Colour Mean() const;
};

/// What a palette is made of: colours of many pixels alone, those of few together with others near them. In a map nine
/// tenths of the colours are those of the edges of lines and letters, a few pixels each; a palette made without looking at
/// each of them is as good, and takes 60 % of the time. Not so where all colours are near each other, as in a picture of the
/// sea: then each is a sample.
class ColourSamples {
 public:
  /// `wanted`: colours of the palette, for which there are at least as many samples or as many as cells.
  ColourSamples(const std::vector<Cell>& cells, uint32_t wanted);

  const std::vector<Sample>& samples() const { return samples_; }
  const ColourSums& SumsOf(const Sample& sample) const { return sums_[sample.number]; }
  /// Of the values that are in one sample, the sum of their squared distances from its value.
  double error() const { return error_; }
  /// What belongs to each cell, given it for each number of a sample.
  std::vector<uint8_t> ByCell(const std::vector<uint8_t>& of_samples) const;

 private:
  /// Those of at least `frequent` pixels are alone.
  void Gather(const std::vector<Cell>& cells, uint64_t frequent);
  uint32_t Alone();
  uint32_t WithOthers(Colour colour);

  std::vector<Sample> samples_;
  std::vector<ColourSums> sums_;
  /// The number of each cell's sample.
  std::vector<uint16_t> of_cells_;
  /// Of each sample that may take more: the bits that its colours have in common.
  std::vector<Colour> keys_;
  /// Numbers plus 1 of samples that may take more, or 0; open addressing.
  std::vector<uint16_t> slots_;
  double error_ = 0;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_COLOUR_SAMPLES_H_
