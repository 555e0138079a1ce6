using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'prod')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')

param instanceMemoryMB = 2048
// One warm instance: a sign-in page that takes seconds to appear is taken for a broken one.
param alwaysReadyHttp = 1
param maximumInstances = 100
param storageSku = 'Standard_ZRS'
// No vault call per token, so the vault's limit is not the limit of sign-ins.
param signingMode = 'KeyVaultWrapped'
param fileRetentionDays = 30
param logRetentionDays = 90
param logDailyCapGB = 5
// Set for the one deployment before `latchkey bootstrap`; the next one without it takes it away.
param operatorSecretHash = readEnvironmentVariable('LATCHKEY_OPERATOR_SECRET_HASH', '')
// A tenth tells where time goes; metrics count every request.
param tracePercent = 10
param alertEmail = readEnvironmentVariable('LATCHKEY_ALERT_EMAIL', '')
param privateNetwork = true
param customDomain = readEnvironmentVariable('LATCHKEY_CUSTOM_DOMAIN', '')
param malwareScanCapGB = 100
param monthlyBudget = 200
param budgetStart = '2026-12-01'
