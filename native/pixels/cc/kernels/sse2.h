#ifndef PIXELS_KERNELS_SSE2_H_
#define PIXELS_KERNELS_SSE2_H_

/// Every x86-64 processor has SSE2.
#if defined(__SSE2__) || defined(_M_X64)
#define PIXELS_HAS_SSE2
#include <emmintrin.h>
#endif

#endif  // PIXELS_KERNELS_SSE2_H_
