#include <cstdio>

int main() { std::puts("holdfast 0.1.0"); }
