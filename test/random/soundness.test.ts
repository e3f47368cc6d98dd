// Random graphs on ONNX Runtime: no run contradicts what inference says, and the oracle notices when one does.
import { describe, expect, test } from 'vitest';
import { campaignText, runCampaign } from './campaign.ts';

describe('random graphs', () => {
  test('bear out every claim on ONNX Runtime', { timeout: 120_000 }, async () => {
    const campaign = await runCampaign({ firstSeed: 1, graphs: 20 });
    expect(campaignText(campaign)).toBe('');
    expect(campaign.runs).toBeGreaterThan(20);
  });
});
