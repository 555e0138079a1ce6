// Malware scanning of what devices upload, up to a cap, and the way of its results into the queue that the app reads
// (docs/operating/malware.md). It costs per account and per GB scanned (README).
param accountName string
param capGBPerMonth int
param topicName string
param queueName string
param hostStorageName string
param identityName string
param location string
param tags object

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: accountName
}

resource hostStorage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: hostStorageName

  resource queues 'queueServices' = {
    name: 'default'

    // Event Grid delivers only into a queue that is there.
    resource results 'queues' = {
      name: queueName
    }
  }
}

// It may write to the host's queues already (roles.bicep), so delivery needs no other.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: topicName
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    // The schema in which Defender publishes. It does so from outside of any network of ours.
    inputSchema: 'EventGridSchema'
    publicNetworkAccess: 'Enabled'
    minimumTlsVersionAllowed: '1.2'
  }
}

resource toQueue 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'to-queue'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: ['Microsoft.Security.MalwareScanningResult']
    }
    deliveryWithResourceIdentity: {
      identity: {
        type: 'UserAssigned'
        userAssignedIdentity: identity.id
      }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: hostStorage.id
          queueName: queueName
          queueMessageTimeToLiveInSeconds: 604800
        }
      }
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
  }
  dependsOn: [hostStorage::queues::results]
}

resource defender 'Microsoft.Security/defenderForStorageSettings@2025-06-01' = {
  name: 'current'
  scope: account
  properties: {
    isEnabled: true
    // Otherwise a plan of the whole subscription would set another cap.
    overrideSubscriptionLevelSettings: true
    malwareScanning: {
      onUpload: {
        isEnabled: true
        capGBPerMonth: capGBPerMonth
      }
      scanResultsEventGridTopicResourceId: topic.id
    }
    sensitiveDataDiscovery: {
      isEnabled: false
    }
  }
  // A result that nobody delivers is lost.
  dependsOn: [toQueue]
}
