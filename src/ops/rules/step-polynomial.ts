// Dims as polynomials in one symbol.
import { add, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim, type SymbolDim, symbolsOf } from '../../dim/dim.ts';
import { factorsOf } from '../../dim/order.ts';

/**
 * The coefficients of a dim as a polynomial in a symbol, by degree: `a + 3*i` is `[a, 3]`.
 *
 * @returns undefined where the symbol stands inside of a division, a minimum or the like
 */
export function coefficientsIn(dim: Dim, symbol: SymbolDim): readonly Dim[] | undefined {
  const coefficients: Dim[] = [constant(dim.poly.constant)];
  for (const { coefficient, monomial } of dim.poly.terms) {
    const factors = factorsOf(monomial);
    const others = factors.filter((factor) => factor !== symbol);
    if (others.some((factor) => symbolsOf(factor).has(symbol))) return undefined;
    const degree = factors.length - others.length;
    while (coefficients.length <= degree) coefficients.push(constant(0));
    coefficients[degree] = add(coefficients[degree] ?? 0, mul(coefficient, ...others));
  }
  return coefficients;
}
