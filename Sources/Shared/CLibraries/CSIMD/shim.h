#pragma once
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

// Swift's SIMD masks do not compile to one move-mask instruction, which byte scanners live on.

/// One bit for each of 64 bytes that equals `value`; bit 0 is the first byte. Reads 64 bytes.
static inline uint64_t csimd_equal64(const uint8_t *_Nonnull bytes, uint8_t value) {
#if defined(__SSE2__)
    const __m128i needle = _mm_set1_epi8((char)value);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        const __m128i block = _mm_loadu_si128((const __m128i *)(bytes + 16 * i));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block, needle)) << (16 * i);
    }
    return mask;
#else
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) mask |= (uint64_t)(bytes[i] == value) << i;
    return mask;
#endif
}
