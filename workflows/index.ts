export { awaitOutcomes } from './await-outcomes.ts';
export { campaignCycle } from './campaign-cycle.ts';
export { forecastDemand } from './forecast-demand.ts';
export { keepDecisions } from './keep-decisions.ts';
export { recommendProducts } from './recommend-products.ts';
export { resolveIdentities } from './resolve-identities.ts';
export { sendCampaign } from './send-campaign.ts';
export { keepAlerts, scoreRisk, studyJourneys } from './study-shop.ts';
export { weeklyCycle } from './weekly-cycle.ts';
