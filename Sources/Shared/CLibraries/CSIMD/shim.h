#pragma once
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

// Swift's SIMD masks do not compile to one move-mask instruction, which byte scanners live on. Every function here
// exists three times: SSE2 (part of every x86-64), NEON (part of every arm64), and plain C.

#if defined(__ARM_NEON) && !defined(__SSE2__)
/// One bit for each of 64 bytes that are 0x00 or 0xff in four vectors.
static inline uint64_t csimd_neon_mask(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t ab = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
    const uint8x16_t cd = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
    const uint8x16_t abcd = vpaddq_u8(ab, cd);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(abcd, abcd)), 0);
}
#endif

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
#elif defined(__ARM_NEON)
    const uint8x16_t needle = vdupq_n_u8(value);
    return csimd_neon_mask(vceqq_u8(vld1q_u8(bytes), needle), vceqq_u8(vld1q_u8(bytes + 16), needle),
                           vceqq_u8(vld1q_u8(bytes + 32), needle), vceqq_u8(vld1q_u8(bytes + 48), needle));
#else
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) mask |= (uint64_t)(bytes[i] == value) << i;
    return mask;
#endif
}

/// Whether any of 64 bytes has its high bit set, that is, is not ASCII. Reads 64 bytes.
static inline int csimd_any_high64(const uint8_t *_Nonnull bytes) {
#if defined(__SSE2__)
    const __m128i *p = (const __m128i *)bytes;
    const __m128i ab = _mm_or_si128(_mm_loadu_si128(p), _mm_loadu_si128(p + 1));
    const __m128i cd = _mm_or_si128(_mm_loadu_si128(p + 2), _mm_loadu_si128(p + 3));
    return _mm_movemask_epi8(_mm_or_si128(ab, cd)) != 0;
#elif defined(__ARM_NEON)
    const uint8x16_t ab = vorrq_u8(vld1q_u8(bytes), vld1q_u8(bytes + 16));
    const uint8x16_t cd = vorrq_u8(vld1q_u8(bytes + 32), vld1q_u8(bytes + 48));
    return vmaxvq_u8(vorrq_u8(ab, cd)) >= 0x80;
#else
    uint8_t all = 0;
    for (int i = 0; i < 64; i++) all |= bytes[i];
    return all >= 0x80;
#endif
}
