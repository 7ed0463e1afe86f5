//! Benches of the product.
