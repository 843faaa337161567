/**
 * Layers of what runs apart from the cycle and may write beside it at any time: a cycle's manifest does not name them, and `--reproduce` does not make them.
 */
const apartLayers: readonly string[] = ['demand', 'journeys', 'recommendations', 'risk'];

export const isApart = (relation: string): boolean => apartLayers.includes(relation.split('.')[0]!);
