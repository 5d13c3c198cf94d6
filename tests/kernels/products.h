/* Prints the GF/s of matrix products: as a step would run them, by our tiles, by OpenBLAS. */
void bench_products(void);
