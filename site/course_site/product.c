/* The inner loop of numpy's matmul, four floats or two doubles at a time.

   Pyodide's numpy has no BLAS and takes one product at a time. Compiled once with T = float and
   once with T = double. The arguments are those of every inner loop of numpy: places of the three
   arrays a, b and c = ab, their sizes (how many products, m, k, p), and their strides in bytes. */

typedef T V __attribute__((vector_size(16), aligned(sizeof(T))));
enum { LANES = 16 / sizeof(T) };

#define AT(type, place) (*(type *)(place))

/* c[p...] = sum over k of a[k] b[k, p...], for rows of b and c whose numbers lie side by side. */
static void row_of_sums(char *a, int ak, char *b, int bk, T *c, int n_k, int n_p) {
  int p = 0;
  for (; p + 4 * LANES <= n_p; p += 4 * LANES) {
    V s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (int k = 0; k < n_k; k++) {
      V *row = (V *)((T *)(b + k * bk) + p);
      T factor = AT(T, a + k * ak);
      s0 += factor * row[0];
      s1 += factor * row[1];
      s2 += factor * row[2];
      s3 += factor * row[3];
    }
    V *sums = (V *)(c + p);
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
  }
  for (; p + LANES <= n_p; p += LANES) {
    V sum = {0};
    for (int k = 0; k < n_k; k++) sum += AT(T, a + k * ak) * AT(V, (T *)(b + k * bk) + p);
    AT(V, c + p) = sum;
  }
  for (; p < n_p; p++) {
    T sum = 0;
    for (int k = 0; k < n_k; k++) sum += AT(T, a + k * ak) * ((T *)(b + k * bk))[p];
    c[p] = sum;
  }
}

/* Sum over k of a[k] b[k], for numbers that lie side by side. */
static T scalar_product(T *a, T *b, int n_k) {
  V s0 = {0}, s1 = {0};
  int k = 0;
  for (; k + 2 * LANES <= n_k; k += 2 * LANES) {
    s0 += AT(V, a + k) * AT(V, b + k);
    s1 += AT(V, a + k + LANES) * AT(V, b + k + LANES);
  }
  s0 += s1;
  T sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += s0[lane];
  for (; k < n_k; k++) sum += a[k] * b[k];
  return sum;
}

static T strided_product(char *a, int ak, char *b, int bk, int n_k) {
  T sum = 0;
  for (int k = 0; k < n_k; k++) sum += AT(T, a + k * ak) * AT(T, b + k * bk);
  return sum;
}

void PRODUCT(char **places, int *sizes, int *strides, void *unused) {
  int n_m = sizes[1], n_k = sizes[2], n_p = sizes[3], size = sizeof(T);
  int am = strides[3], ak = strides[4], bk = strides[5], bp = strides[6], cm = strides[7],
      cp = strides[8];
  for (int i = 0; i < sizes[0]; i++)
    for (int m = 0; m < n_m; m++) {
      char *a = places[0] + i * strides[0] + m * am, *b = places[1] + i * strides[1],
           *c = places[2] + i * strides[2] + m * cm;
      if (bp == size && cp == size)
        row_of_sums(a, ak, b, bk, (T *)c, n_k, n_p);
      else
        for (int p = 0; p < n_p; p++)
          AT(T, c + p * cp) = ak == size && bk == size
              ? scalar_product((T *)a, (T *)(b + p * bp), n_k)
              : strided_product(a, ak, b + p * bp, bk, n_k);
    }
}
